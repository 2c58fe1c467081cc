/// A platform's question for the goods of an app.
package struct GoodsInquiry: Hashable, Sendable {
    /// A sub-account at the platform; empty for the main account.
    package let loginID: String
    /// Part of a goods' name; empty for all.
    package let name: String
    /// From 1.
    package let page: Int
    /// Rows of a page, at least 1.
    package let limit: Int

    package init(loginID: String, name: String, page: Int, limit: Int) {
        self.loginID = loginID
        self.name = name
        self.page = page
        self.limit = limit
    }
}

/// The part of an app's goods that an inquiry asks for.
package struct GoodsPage: Hashable, Sendable {
    /// Of all pages.
    package let total: Int
    package let rows: [Goods]

    package init(total: Int, rows: [Goods]) {
        self.total = total
        self.rows = rows
    }
}

extension GoodsPage {
    /// Of the goods that are configured, in their order. A page beyond the end is empty.
    package init(of goods: [Goods], for inquiry: GoodsInquiry) {
        let wanted = inquiry.name.lowercased()
        let found = goods.filter { goods in
            goods.isSeen(by: inquiry.loginID) && (wanted.isEmpty || goods.name.lowercased().contains(wanted))
        }
        let (start, isBeyond) = (inquiry.page - 1).multipliedReportingOverflow(by: inquiry.limit)
        self.init(total: found.count, rows: isBeyond ? [] : Array(found.dropFirst(start).prefix(inquiry.limit)))
    }
}

extension Goods {
    fileprivate func isSeen(by loginID: String) -> Bool {
        loginID.isEmpty || loginIDs.isEmpty || loginIDs.contains(loginID)
    }
}

/// A merchant's own goods library.
package protocol GoodsLibrary: Sendable {
    func look(up inquiry: GoodsInquiry, at endpoint: Endpoint, of app: App, in directory: Directory) async
        -> GoodsFinding
}

package enum GoodsFinding: Sendable {
    case found(GoodsPage)
    case refused(message: String?)
    case unavailable
}
