import RelayCore

/// One call that a stand-in for Youzan Cloud got, and what came of it. Holds no token and no secret.
struct YouzanCloudCall: Sendable {
    enum Kind: Sendable {
        case token(clientID: String?)
        case api(name: String, version: String, body: JSON?)
        case unknown(path: String)
    }

    let atUnixMilliseconds: Int64
    let kind: Kind
    let shop: String?
    let result: String

    var line: String {
        let what =
            switch kind {
            case .token(let clientID): "token for client \((clientID ?? "-").printable)"
            case .api(let name, let version, let body):
                "\(name.printable) \(version.printable) "
                    + String(decoding: body?.serialized() ?? [], as: UTF8.self).printable
            case .unknown(let path): path.printable
            }
        return [
            LocalTime(unixMilliseconds: atUnixMilliseconds).description, "shop \((shop ?? "-").printable)", what,
            result,
        ].joined(separator: "  ")
    }

    var json: JSON {
        var members: [JSON.Member] = [
            .init(name: "at", value: .string(Timestamp(unixMilliseconds: atUnixMilliseconds).description))
        ]
        switch kind {
        case .token(let clientID):
            members.append(.init(name: "call", value: "token"))
            members.append(.init(name: "client_id", value: clientID.map { .string($0) } ?? .null))
        case .api(let name, let version, let body):
            members.append(.init(name: "call", value: "api"))
            members.append(.init(name: "api", value: .string(name)))
            members.append(.init(name: "version", value: .string(version)))
            members.append(.init(name: "body", value: body ?? .null))
        case .unknown(let path):
            members.append(.init(name: "call", value: "unknown"))
            members.append(.init(name: "path", value: .string(path)))
        }
        members.append(.init(name: "shop", value: shop.map { .string($0) } ?? .null))
        members.append(.init(name: "result", value: .string(result)))
        return .object(members)
    }
}
