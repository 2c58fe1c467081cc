import RelayCore
import StandardWebhooks
import Testing

struct StandardWebhooksSecretTests {
    private func error(_ text: String) -> StandardWebhooksSecretError? {
        do {
            _ = try StandardWebhooksSecret(parsing: Secret(text))
            return nil
        } catch {
            return error
        }
    }

    /// Base64 of that many zero bytes.
    private func zeros(_ count: Int) -> String {
        let padding = (3 - count % 3) % 3
        return "whsec_" + String(repeating: "A", count: (count + padding) / 3 * 4 - padding)
            + String(repeating: "=", count: padding)
    }

    @Test func secretsOf24To64BytesAreTaken() {
        #expect(error(zeros(24)) == nil)
        #expect(error(zeros(64)) == nil)
        #expect(error("\(zeros(24))  \(zeros(32))") == nil)
    }

    @Test func whatIsWrongIsSaidWithItsPosition() {
        #expect(error("") == .empty)
        #expect(error(" ") == .empty)
        #expect(error(zeros(23)) == .wrongLength(position: 1, bytes: 23))
        #expect(error("\(zeros(24)) \(zeros(65))") == .wrongLength(position: 2, bytes: 65))
        #expect(error("whsec_") == .wrongLength(position: 1, bytes: 0))
        #expect(error("whsec_not-base64!") == .notBase64(position: 1))
        #expect(error("plain") == .missingPrefix(position: 1))
    }

    @Test func nothingThatIsPrintedHoldsTheSecret() throws {
        let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let secret = try StandardWebhooksSecret(parsing: Secret(text))
        for printed in ["\(secret)", String(reflecting: secret), "\(Mirror(reflecting: secret).children.count)"] {
            #expect(printed == "‹secret›" || printed == "0")
        }
        let broken = try #require(error(text + "MfKQ!"))
        #expect(!broken.description.contains("MfKQ"))
    }
}
