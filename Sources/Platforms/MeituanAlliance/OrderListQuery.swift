package import RelayCore

/// Which orders the list is asked for: those of a kind that were modified in a time, a page of them.
package struct OrderListQuery: Hashable, Sendable {
    /// The platform's number of the kind.
    package let type: Int
    /// Unix seconds.
    package let startTime: Int64
    package let endTime: Int64
    /// From 1.
    package let page: Int
    package let limit: Int

    package init(type: Int, startTime: Int64, endTime: Int64, page: Int, limit: Int) {
        self.type = type
        self.startTime = startTime
        self.endTime = endTime
        self.page = page
        self.limit = limit
    }

    /// The page that a window has come to.
    package init(type: Int, _ window: OrderListWindow) {
        self.init(
            type: type, startTime: window.from, endTime: window.spanEnd, page: window.page, limit: window.limit)
    }

    /// As a query of a URL, signed with the API secret.
    func signed(appKey: String, secret: Secret, atUnixSeconds now: Int64) throws(FormError) -> String {
        let parameters: [FormBody.Pair] = [
            (name: "key", value: appKey), (name: "ts", value: String(now)), (name: "type", value: String(type)),
            (name: "startTime", value: String(startTime)), (name: "endTime", value: String(endTime)),
            (name: "page", value: String(page)), (name: "limit", value: String(limit)),
            // By the time of modification.
            (name: "queryTimeType", value: "2"),
        ]
        return String(
            decoding: try AllianceSignature.signedForm(parameters, secret: secret), as: UTF8.self)
    }
}
