import Crypto
import FoundationEssentials
package import RelayCore

/// The keys that encrypt secrets, from outside the database. The first encrypts, all decrypt.
package struct MasterKeys: Sendable {
    let first: MasterKey
    let all: [MasterKey]

    /// - Parameter text: base64 of 32 bytes; several, separated by commas, while one is being replaced.
    package init(text: String) throws(MasterKeyError) {
        var keys: [MasterKey] = []
        for (index, part) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            keys.append(try MasterKey(base64: part, position: index + 1))
        }
        first = keys[0]
        all = keys
    }

    /// A new key, as the text that `init(text:)` reads.
    package static func generate() -> Secret {
        Secret(SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() })
    }

    func key(_ id: MasterKey.ID) -> MasterKey? {
        all.first { $0.id == id }
    }
}

extension MasterKeys: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "master keys " + all.map(\.id.description).joined(separator: ", ") }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

struct MasterKey: Sendable {
    /// Tells keys apart without telling anything of them: the first four bytes of the key's SHA-256.
    struct ID: Hashable, Sendable {
        static let byteCount = 4

        let bytes: [UInt8]
    }

    static let byteCount = 32

    let id: ID
    let key: SymmetricKey

    fileprivate init(base64 text: Substring, position: Int) throws(MasterKeyError) {
        let trimmed = text.drop { $0.isWhitespace }.prefix { !$0.isWhitespace }
        guard let bytes = Data(base64Encoded: String(trimmed)) else { throw .notBase64(position: position) }
        guard bytes.count == Self.byteCount else { throw .wrongLength(position: position, bytes: bytes.count) }
        id = ID(bytes: Array(SHA256.hash(data: bytes).prefix(ID.byteCount)))
        key = SymmetricKey(data: bytes)
    }

    /// As `MasterKeys` reads it.
    var text: Secret {
        Secret(key.withUnsafeBytes { Data($0).base64EncodedString() })
    }
}

extension MasterKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { "master key \(id)" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension MasterKey.ID: CustomStringConvertible {
    /// Eight hexadecimal digits.
    var description: String {
        bytes.map { ($0 < 0x10 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
