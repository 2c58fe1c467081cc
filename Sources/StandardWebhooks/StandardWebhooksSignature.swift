import Crypto
import FoundationEssentials

/// Signatures by Standard Webhooks: `v1,` and base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`.
package enum StandardWebhooksSignature {
    package enum Verdict: String, Sendable, CaseIterable {
        case right
        case wrongSignature = "wrong_signature"
        case malformedTimestamp = "malformed_timestamp"
        case staleTimestamp = "stale_timestamp"
    }

    private static let version = "v1,"

    /// The value of `webhook-signature`: one signature for each secret, separated by spaces.
    package static func text(
        id: String, unixSeconds: Int64, body: [UInt8], secret: StandardWebhooksSecret
    ) -> String {
        codes(id: id, timestamp: String(unixSeconds), body: body, secret: secret)
            .map { version + Data($0).base64EncodedString() }
            .joined(separator: " ")
    }

    /// Whether any of `signatures` was made with any of the secrets. `timestamp` and `signatures` are the headers as they
    /// came. Signatures of other versions are passed over, as the specification asks.
    package static func verify(
        _ signatures: String, id: String, timestamp: String, body: [UInt8], secret: StandardWebhooksSecret,
        nowUnixSeconds: Int64, tolerance: Duration = .seconds(300)
    ) -> Verdict {
        guard let sentAt = Int64(timestamp), sentAt >= 0 else { return .malformedTimestamp }
        guard .seconds((nowUnixSeconds - sentAt).magnitude) <= tolerance else { return .staleTimestamp }
        let given = signatures.split(separator: " ")
            .filter { $0.hasPrefix(version) }
            .compactMap { Data(base64Encoded: String($0.dropFirst(version.count))) }
        // Crypto compares a code with bytes in constant time.
        let isRight = codes(id: id, timestamp: timestamp, body: body, secret: secret)
            .contains { code in given.contains { code == $0 } }
        return isRight ? .right : .wrongSignature
    }

    private static func codes(
        id: String, timestamp: String, body: [UInt8], secret: StandardWebhooksSecret
    ) -> [HMAC<SHA256>.MAC] {
        let head = Array("\(id).\(timestamp).".utf8)
        return secret.codes.map { keyed in
            var code = keyed
            code.update(data: head)
            code.update(data: body)
            return code.finalize()
        }
    }
}
