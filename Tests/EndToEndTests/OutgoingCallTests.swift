import Foundation
import NIOSSL
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct OutgoingCallTests {
    /// A server that serves nobody but clients with a certificate of the authority.
    private static func tls(of authority: CertificateAuthority) throws -> TLSConfiguration {
        let own = try authority.issue("IP:127.0.0.1")
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(own.certificate.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(own.key.utf8), format: .pem)))
        tls.certificateVerification = .noHostnameVerification
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority.certificate.utf8)))
        return tls
    }

    @Test func aRunningRelayTakesAnEndpointsAuthorityAndClientCertificate() async throws {
        let authority = try CertificateAuthority()
        let (stranger, known) = (
            try CertificateAuthority().issue("DNS:relay.example"), try authority.issue("DNS:relay.example")
        )
        try await RecordingMerchant.with(tls: try Self.tls(of: authority), { _ in .issued }) { merchant, port in
            try await RelayFixture.with { fixture in
                var file = RelayFile()
                file.wait = "100ms"
                file.endpoints[0].url = "https://127.0.0.1:\(port)/erp"
                file.endpoints[0].retry = "[\(Array(repeating: "300ms", count: 40).joined(separator: ", "))]"
                file.endpoints[0].more = [
                    "breaker: false", "ca: ${TEA_CA}", "client_certificate: ${TEA_CERTIFICATE}",
                    "client_key: ${TEA_KEY}",
                ]
                let path = fixture.directory.appending(path: "tls.yaml")
                try Data(file.text(merchantPort: 1).utf8).write(to: path)
                func apply(_ certificate: String, _ key: String) async throws -> YizhanCommand.Result {
                    try await YizhanCommand.run(
                        ["apply", path.path], database: fixture.database,
                        [
                            "TEA_CA": authority.certificate, "TEA_CERTIFICATE": certificate, "TEA_KEY": key,
                        ])
                }

                let wrong = try await apply(known.certificate, stranger.key)
                #expect(wrong.exitCode == 1)
                #expect(wrong.errors.contains("client_key: is not the key of the first certificate"))
                try await apply(stranger.certificate, stranger.key).requireSuccess()
                try await eventually("the relay has the new address") {
                    _ = try await fixture.platform.issue("tls-\(UUID())")
                    return try await fixture.sql(
                        "SELECT count(*) FROM yizhan.unsettled WHERE last_error LIKE '%TLS failed%'")
                        != "0"
                }
                #expect(merchant.calls.isEmpty)

                let right = try await apply(known.certificate, known.key).requireSuccess()
                #expect(right.output.contains("~ endpoint erp: client_certificate changed"))
                #expect(right.output.contains("~ endpoint erp: client_key changed"))
                try await eventually(within: .seconds(30), "what waited is delivered") {
                    try await fixture.sql("SELECT count(*) FROM yizhan.outbox") == "0"
                }
                #expect(!merchant.calls.isEmpty)

                // The middle of the key, which nothing else can have.
                let lines = [stranger.key, known.key].map { String($0.split(separator: "\n")[1].dropFirst(20)) }
                let said = try await fixture.configuration() + fixture.relays[0].log + wrong.errors + right.output
                for line in lines { #expect(!said.contains(line)) }
                #expect(said.contains("BEGIN CERTIFICATE") && !said.contains("PRIVATE KEY"))
            }
        }
    }

    @Test func allCallsGoThroughTheProxyThatIsSet() async throws {
        try await LoopbackProxy.with { proxy in
            try await RelayFixture.with(relays: 0) { fixture in
                try await fixture.startRelay(["--outbound-proxy", "http://127.0.0.1:\(proxy.port)"])
                #expect(try await fixture.platform.issue("by-proxy").msg == "已发放")
                let authority = "127.0.0.1:\(fixture.merchantPort)"
                #expect(proxy.requests == ["CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n\r\n"])
                #expect(try !fixture.relays[0].logLines(with: "proxy=http://127.0.0.1:\(proxy.port)").isEmpty)
            }
        }
    }

    @Test func aProxyThatIsAwayIsNamedAndTheCallTriedAgain() async throws {
        try await RelayFixture.with(relays: 0) { fixture in
            // Nobody listens there.
            try await fixture.startRelay(["--outbound-proxy", "http://127.0.0.1:9"])
            _ = try await fixture.platform.issue("no-proxy")
            try await eventually("the attempts are told") {
                let story = try await fixture.trace("no-proxy")
                return story.ranges(of: "the outbound proxy http://127.0.0.1:9 could not be reached").count > 1
            }
            #expect(fixture.merchant.calls.isEmpty)
        }
    }

    @Test func theProxysPasswordIsTakenFromTheVariableOnlyAndToldNobody() async throws {
        let address = "http://user:a-password-of-the-proxy@127.0.0.1:9"
        let refused = try await YizhanCommand.run(["serve", "--outbound-proxy", address])
        #expect(refused.exitCode != 0)
        #expect(refused.errors.contains("YIZHAN_OUTBOUND_PROXY") && !refused.errors.contains("a-password"))
    }
}
