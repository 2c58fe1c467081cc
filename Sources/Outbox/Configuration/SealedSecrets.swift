import RelayCore

/// The column `sealed_secrets`: a JSON object, sealed for its row.
struct SealedSecrets: Hashable, Sendable {
    enum Row {
        case app(String)
        case endpoint(String)

        var place: String {
            switch self {
            case .app(let name): "app/\(name)"
            case .endpoint(let name): "endpoint/\(name)"
            }
        }
    }

    var secret: Secret
    /// As `relay.yaml` tells it.
    var declaredCallbackKey: Secret?
    /// Those in force.
    var callbackKeys = CallbackKeyRing()
    /// Of the endpoint's client certificate.
    var clientKey: Secret?

    func seal(for row: Row, in box: SecretBox) throws(SealError) -> [UInt8] {
        var content: [JSON.Member] = [.init(name: "secret", value: .string(secret.reveal()))]
        if let declaredCallbackKey {
            content.append(.init(name: "callback_key", value: .string(declaredCallbackKey.reveal())))
        }
        if !callbackKeys.keys.isEmpty {
            content.append(.init(name: "callback_keys", value: .array(callbackKeys.keys.map(\.json))))
        }
        if let clientKey { content.append(.init(name: "client_key", value: .string(clientKey.reveal()))) }
        return try box.seal(JSON.object(content).serialized(), for: row.place)
    }

    static func open(_ sealed: [UInt8], for row: Row, in box: SecretBox) throws -> SealedSecrets {
        let content = try JSON(parsing: box.open(sealed, for: row.place))
        guard let text = content["secret"]?.stringValue else { throw SealError.unknownFormat(place: row.place) }
        let keys = try content["callback_keys"]?.arrayValue?.map { json in
            guard let key = CallbackKeyRing.Key(json) else { throw SealError.unknownFormat(place: row.place) }
            return key
        }
        return SealedSecrets(
            secret: Secret(text), declaredCallbackKey: content["callback_key"]?.stringValue.map { Secret($0) },
            callbackKeys: CallbackKeyRing(keys ?? []),
            clientKey: content["client_key"]?.stringValue.map { Secret($0) })
    }
}

extension CallbackKeyRing.Key {
    fileprivate var json: JSON {
        [
            "key": .string(secret.reveal()), "announced_at": announcedAtSeconds.map { JSON($0) } ?? .null,
            "valid_until": validUntilMilliseconds.map { JSON($0) } ?? .null,
        ]
    }

    fileprivate init?(_ json: JSON) {
        guard let text = json["key"]?.stringValue else { return nil }
        self.init(
            secret: Secret(text), announcedAtSeconds: json["announced_at"]?.intValue.map { Int64($0) },
            validUntilMilliseconds: json["valid_until"]?.intValue.map { Int64($0) })
    }
}
