import RelayCore

/// The column `sealed_secrets`: a JSON object, sealed for its row.
enum SealedSecret {
    enum Row {
        case app(String)
        case endpoint(String)

        fileprivate var place: String {
            switch self {
            case .app(let name): "app/\(name)"
            case .endpoint(let name): "endpoint/\(name)"
            }
        }
    }

    static func seal(_ secret: Secret, for row: Row, in box: SecretBox) throws(SealError) -> [UInt8] {
        let content: JSON = ["secret": .string(secret.reveal())]
        return try box.seal(content.serialized(), for: row.place)
    }

    static func open(_ sealed: [UInt8], for row: Row, in box: SecretBox) throws -> Secret {
        let content = try JSON(parsing: box.open(sealed, for: row.place))
        guard let text = content["secret"]?.stringValue else { throw SealError.unknownFormat(place: row.place) }
        return Secret(text)
    }
}
