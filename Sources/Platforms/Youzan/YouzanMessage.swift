import Crypto
import RelayCore

/// A message push 消息推送 whose signature is right.
///
/// Its `id` tells messages apart. Messages with a `tid` in `msg` are of that order, and ordered by it; any other is an order
/// of its own.
struct YouzanMessage {
    static let documentedFields: Set<String> = [
        "id", "type", "kdt_id", "status", "version", "sendCount", "test", "msg",
    ]
    /// What may differ when a message is pushed again.
    private static let notContent = ["sign", "sendCount"]

    private let push: JSON
    private let id: String
    private let type: String

    init(_ push: JSON) throws(Refusal) {
        let missing = ["id", "type"].filter { Self.text(push[$0])?.isEmpty ?? true }
        guard missing.isEmpty, let id = Self.text(push["id"]), let type = Self.text(push["type"]) else {
            throw .missing(missing)
        }
        self.push = push
        self.id = try Refusal.checkedIdentifier(id, name: "id")
        self.type = try Refusal.checkedIdentifier(type, name: "type")
    }

    func arrival(body: [UInt8]) -> Arrival {
        let message = push["msg"]?.stringValue ?? ""
        let content = Self.content(of: message)
        let tid = Self.text(content?["tid"]).flatMap { try? Refusal.checkedIdentifier($0, name: "tid") }
        let orderNo = tid.flatMap { $0.isEmpty ? nil : $0 }
        return Arrival(
            type: type, orderNo: orderNo ?? id, dedupeKey: id, isOrdered: orderNo != nil, body: body,
            fingerprint: fingerprint(),
            warning: content == nil && !message.isEmpty
                ? "msg is not URL-encoded JSON; it is passed on as the text it is" : nil)
    }

    private func fingerprint() -> [UInt8] {
        var text: [UInt8] = []
        let content = (push.members ?? []).filter { !Self.notContent.contains(where: $0.isNamed) }
        for member in content.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            FormBody.appendWithLength(Array(member.name.utf8)[...], to: &text)
            FormBody.appendWithLength(member.value.serialized()[...], to: &text)
        }
        return Array(SHA256.hash(data: text))
    }

    private static func text(_ json: JSON?) -> String? {
        switch json {
        case .string(let text), .number(let text): text
        case nil, .null, .bool, .array, .object: nil
        }
    }
}

extension YouzanMessage {
    /// A push as a JSON object, no name twice: nobody could say which of two was meant.
    static func object(_ body: [UInt8]) throws(Refusal) -> JSON {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: body)
        } catch {
            throw .notJSON(error)
        }
        guard let members = json.members else { throw .notAnObject }
        var names: Set<[UInt8]> = []
        for member in members where !names.insert(Array(member.name.utf8)).inserted {
            throw Refusal(.repeatedParameter(name: FormError.shown(Array(member.name.utf8)[...])))
        }
        guard members.count <= FormBody.maximumParameters else {
            throw Refusal(.tooManyParameters(limit: FormBody.maximumParameters))
        }
        return json
    }

    /// Everything but the signature; `msg` as the JSON that it holds, where it does.
    static func businessFields(of push: JSON) -> JSON {
        .object(
            (push.members ?? []).filter { !$0.isNamed("sign") }.map { member in
                guard member.isNamed("msg"), let message = member.value.stringValue,
                    let content = content(of: message)
                else { return member }
                return JSON.Member(name: member.name, value: content)
            })
    }

    /// Nil where the text is no URL-encoded JSON.
    private static func content(of message: String) -> JSON? {
        // As a form's value: Youzan encodes a space as a plus.
        guard let form = try? FormBody(parsing: Array("msg=".utf8) + Array(message.utf8)), form.parameters.count == 1,
            let text = form["msg"]
        else { return nil }
        return try? JSON(parsing: text)
    }
}
