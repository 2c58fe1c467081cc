import RelayCore

/// A call for the goods library 第三方商品库 whose signature is right.
extension GoodsInquiry {
    /// A longer page is cut to this.
    package static let longestPage = 1_000

    init(_ form: FormBody) throws(Refusal) {
        let missing = form.missing(of: ["page", "limit"])
        guard missing.isEmpty else { throw .missing(missing) }
        self.init(
            loginID: form.text(form["login_id"] ?? []), name: form.text(form["name"] ?? []),
            page: try Self.number("page", of: form), limit: min(try Self.number("limit", of: form), Self.longestPage))
    }

    private static func number(_ name: String, of form: FormBody) throws(Refusal) -> Int {
        guard let value = form[name], value.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            throw .notANumber(name)
        }
        guard let number = Int(form.text(value)), number >= 1 else { throw .outOfRange(name) }
        return number
    }
}
