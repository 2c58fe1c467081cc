import RelayCore
import StandardWebhooks
import Testing

struct StandardWebhooksSignatureTests {
    struct Vector: Sendable {
        let secret: Secret
        let id: String
        let timestamp: Int64
        let body: [UInt8]
        let signature: String

        init?(_ json: JSON) {
            guard let secret = json["secret"]?.stringValue, let id = json["id"]?.stringValue,
                let timestamp = json["timestamp"]?.intValue, let body = json["body"]?.stringValue,
                let signature = json["signature"]?.stringValue
            else { return nil }
            self.secret = Secret(secret)
            self.id = id
            self.timestamp = Int64(timestamp)
            self.body = Array(body.utf8)
            self.signature = signature
        }

        static let all: [Vector] = ((try? JSON(parsing: StandardWebhooksVectors.json))?["cases"]?.arrayValue ?? [])
            .compactMap(Vector.init)
    }

    private static let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

    private func verdict(
        _ vector: Vector, signatures: String? = nil, timestamp: String? = nil, body: [UInt8]? = nil,
        secret: Secret? = nil, secondsLater: Int64 = 0
    ) throws -> StandardWebhooksSignature.Verdict {
        StandardWebhooksSignature.verify(
            signatures ?? vector.signature, id: vector.id, timestamp: timestamp ?? String(vector.timestamp),
            body: body ?? vector.body, secret: try StandardWebhooksSecret(parsing: secret ?? vector.secret),
            nowUnixSeconds: vector.timestamp + secondsLater)
    }

    @Test func everyVectorIsRead() {
        #expect(Vector.all.count == 2)
    }

    @Test(arguments: Vector.all)
    func aVectorIsSignedAndVerified(_ vector: Vector) throws {
        let signature = StandardWebhooksSignature.text(
            id: vector.id, unixSeconds: vector.timestamp, body: vector.body,
            secret: try StandardWebhooksSecret(parsing: vector.secret))
        #expect(signature == vector.signature)
        #expect(try verdict(vector) == .right)
    }

    @Test(arguments: Vector.all)
    func whatWasChangedDoesNotVerify(_ vector: Vector) throws {
        #expect(try verdict(vector, body: vector.body + [32]) == .wrongSignature)
        #expect(try verdict(vector, timestamp: String(vector.timestamp + 1)) == .wrongSignature)
        #expect(try verdict(vector, secret: Secret(Self.other)) == .wrongSignature)
        for signatures in [
            "", "v1,", "v2" + vector.signature.dropFirst(2), String(vector.signature.dropLast(4)), "v1,!",
        ] {
            #expect(try verdict(vector, signatures: signatures) == .wrongSignature)
        }
    }

    @Test func whileASecretIsReplacedEitherVerifies() throws {
        let vector = try #require(Vector.all.first)
        let both = Secret("\(Self.other) \(vector.secret.reveal())")
        let signatures = StandardWebhooksSignature.text(
            id: vector.id, unixSeconds: vector.timestamp, body: vector.body,
            secret: try StandardWebhooksSecret(parsing: both))
        #expect(signatures.split(separator: " ").count == 2)
        #expect(signatures.hasSuffix(" " + vector.signature))
        for secret in [both, vector.secret, Secret(Self.other)] {
            #expect(try verdict(vector, signatures: signatures, secret: secret) == .right)
        }
        #expect(try verdict(vector, signatures: "v1a,xyz \(vector.signature)") == .right)
    }

    @Test func aTimeOutsideTheToleranceIsStale() throws {
        let vector = try #require(Vector.all.first)
        for (seconds, expected) in [(300, .right), (-300, .right), (301, .staleTimestamp), (-301, .staleTimestamp)]
            as [(Int64, StandardWebhooksSignature.Verdict)]
        {
            #expect(try verdict(vector, secondsLater: seconds) == expected)
        }
        for timestamp in ["", "soon", "-1", "99999999999999999999"] {
            #expect(try verdict(vector, timestamp: timestamp) == .malformedTimestamp)
        }
    }
}
