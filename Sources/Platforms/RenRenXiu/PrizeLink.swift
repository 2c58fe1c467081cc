import RelayCore

/// `link` of a successful answer: where RenRenXiu takes the participant right after the prize.
enum PrizeLink {
    /// Nil where there is none. A `type` that is written as a text becomes the number; members that the contract does not
    /// know are passed on.
    static func checked(_ link: JSON?) throws(BrokenAnswerPart) -> JSON? {
        guard let link, link != .null else { return nil }
        guard var members = link.members else { throw BrokenAnswerPart(reason: "it is not an object") }
        if members.isEmpty { return link }

        let type: JSON
        switch link["type"] {
        case let given? where given == 1 || given == "1":
            type = 1
            _ = try text("url", of: link)
        case let given? where given == 2 || given == "2":
            type = 2
            _ = try text("username", of: link)
            guard try text("path", of: link).hasPrefix("/") else {
                throw BrokenAnswerPart(reason: "path does not start with /")
            }
        case nil:
            throw BrokenAnswerPart(reason: "it has no type")
        case .some:
            throw BrokenAnswerPart(reason: "type is neither 1 nor 2")
        }
        _ = try text("button_text", of: link)

        for position in members.indices where members[position].isNamed("type") {
            members[position].value = type
        }
        return .object(members)
    }

    private static func text(_ name: String, of link: JSON) throws(BrokenAnswerPart) -> String {
        guard let value = link[name] else { throw BrokenAnswerPart(reason: "it has no \(name)") }
        guard let text = value.stringValue else { throw BrokenAnswerPart(reason: "\(name) is not a text") }
        guard !text.isEmpty else { throw BrokenAnswerPart(reason: "\(name) is empty") }
        return text
    }
}
