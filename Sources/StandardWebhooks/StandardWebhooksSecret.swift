import Crypto
import FoundationEssentials
package import RelayCore

/// What signs calls by Standard Webhooks: `whsec_` and base64 of 24 to 64 bytes; several, separated by spaces, while one
/// is being replaced. All of them sign, and any of them verifies.
package struct StandardWebhooksSecret: Sendable {
    package static let prefix = "whsec_"
    package static let lengths = 24...64

    /// One for each key, ready to take what is signed: working the key in anew would be a third of each signature's cost.
    let codes: [HMAC<SHA256>]

    package init(parsing secret: Secret) throws(StandardWebhooksSecretError) {
        var codes: [HMAC<SHA256>] = []
        for (position, text) in secret.reveal().split(separator: " ").enumerated() {
            guard text.hasPrefix(Self.prefix) else { throw .missingPrefix(position: position + 1) }
            guard let key = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))) else {
                throw .notBase64(position: position + 1)
            }
            guard Self.lengths.contains(key.count) else {
                throw .wrongLength(position: position + 1, bytes: key.count)
            }
            codes.append(HMAC(key: SymmetricKey(data: key)))
        }
        guard !codes.isEmpty else { throw .empty }
        self.codes = codes
    }
}

extension StandardWebhooksSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "‹secret›" }
    package var debugDescription: String { "‹secret›" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// `position` counts from 1 among the secrets separated by spaces. Holds nothing of the secret itself.
package enum StandardWebhooksSecretError: Error, Hashable {
    case empty
    case missingPrefix(position: Int)
    case notBase64(position: Int)
    case wrongLength(position: Int, bytes: Int)
}

extension StandardWebhooksSecretError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty:
            "the secret is empty"
        case .missingPrefix(let position):
            "secret \(position) does not start with \(StandardWebhooksSecret.prefix)"
        case .notBase64(let position):
            "secret \(position) is not base64 after \(StandardWebhooksSecret.prefix)"
        case .wrongLength(let position, let bytes):
            """
            secret \(position) has \(bytes) bytes, not \(StandardWebhooksSecret.lengths.lowerBound) \
            to \(StandardWebhooksSecret.lengths.upperBound)
            """
        }
    }
}
