import Crypto
import FoundationEssentials

/// Encrypts secrets for the database with AES-256-GCM.
///
/// What is sealed is a version byte, the key's id, a nonce, the ciphertext and its tag. Where it belongs (`app/teahouse`)
/// is authenticated with it, so that a ciphertext moved to another row does not open there.
package struct SecretBox: Sendable {
    private static let version: UInt8 = 1
    private static let headLength = 1 + MasterKey.ID.byteCount

    private let keys: MasterKeys

    package init(keys: MasterKeys) {
        self.keys = keys
    }

    package func seal(_ content: [UInt8], for place: String) throws(SealError) -> [UInt8] {
        let head = [Self.version] + keys.first.id.bytes
        do {
            let sealed = try AES.GCM.seal(content, using: keys.first.key, authenticating: head + Array(place.utf8))
            return head + Array(sealed.nonce) + Array(sealed.ciphertext) + Array(sealed.tag)
        } catch {
            throw .failed(place: place, cause: error)
        }
    }

    package func open(_ sealed: [UInt8], for place: String) throws(SealError) -> [UInt8] {
        guard sealed.first == Self.version, sealed.count > Self.headLength else { throw .unknownFormat(place: place) }
        let head = sealed[..<Self.headLength]
        let id = MasterKey.ID(bytes: Array(head.dropFirst()))
        guard let key = keys.key(id) else {
            throw .unknownKey(place: place, id: id.description, known: keys.all.map(\.id.description))
        }
        do {
            let box = try AES.GCM.SealedBox(combined: sealed[Self.headLength...])
            return Array(try AES.GCM.open(box, using: key.key, authenticating: head + Array(place.utf8)))
        } catch {
            throw .notAuthentic(place: place)
        }
    }

    var firstKey: MasterKey.ID { keys.first.id }

    /// Whether it was sealed with another key than a new one would be.
    func isOutdated(_ sealed: [UInt8]) -> Bool {
        !sealed.dropFirst().starts(with: keys.first.id.bytes)
    }
}

/// Why secrets cannot be sealed or opened. Holds nothing of them.
package enum SealError: Error {
    case unknownKey(place: String, id: String, known: [String])
    /// Changed, or sealed for another place.
    case notAuthentic(place: String)
    case unknownFormat(place: String)
    case failed(place: String, cause: any Error)
}

extension SealError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownKey(let place, let id, let known):
            """
            the secrets of \(place) are encrypted with master key \(id), and only \(known.joined(separator: ", ")) is \
            here: add that key to YIZHAN_MASTER_KEY, behind a comma; if it is lost, \(Self.startingAnew(place))
            """
        case .notAuthentic(let place):
            "the secrets of \(place) were changed in the database, or belong to another row: \(Self.startingAnew(place))"
        case .unknownFormat(let place):
            "the secrets of \(place) are in a format that this version does not know"
        case .failed(let place, let cause):
            "the secrets of \(place) cannot be encrypted: \(cause)"
        }
    }

    private static func startingAnew(_ place: String) -> String {
        if place.hasPrefix("voucher/") { return "ask for another link (yizhan meituan authorize)" }
        if place.hasPrefix("youzan/") { return "delete its row, and a relay asks for another token" }
        return "set removed_at of such rows and apply relay.yaml, which brings them back"
    }
}
