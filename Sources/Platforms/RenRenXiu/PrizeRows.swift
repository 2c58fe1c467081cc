import RelayCore

/// `data` of a successful answer: rows that a participant sees, such as a voucher's number.
enum PrizeRows {
    /// Nil where there are none. A number as `name` or `value` becomes its text; members that the contract does not know
    /// are passed on.
    static func checked(_ data: JSON?) throws(BrokenAnswerPart) -> JSON? {
        guard let data, data != .null else { return nil }
        guard let rows = data.arrayValue else { throw BrokenAnswerPart(reason: "it is not an array") }
        var checked: [JSON] = []
        for (position, row) in rows.enumerated() {
            checked.append(try self.checked(row, number: position + 1))
        }
        return .array(checked)
    }

    private static func checked(_ row: JSON, number: Int) throws(BrokenAnswerPart) -> JSON {
        guard var members = row.members else { throw BrokenAnswerPart(reason: "row \(number) is not an object") }
        for name in ["name", "value"] where row[name] == nil {
            throw BrokenAnswerPart(reason: "row \(number) has no \(name)")
        }
        for position in members.indices where ["name", "value"].contains(where: members[position].isNamed) {
            switch members[position].value {
            case .string:
                continue
            case .number(let text):
                members[position].value = .string(text)
            case .null, .bool, .array, .object:
                throw BrokenAnswerPart(reason: "\(members[position].name) of row \(number) is not a text or a number")
            }
        }
        return .object(members)
    }
}
