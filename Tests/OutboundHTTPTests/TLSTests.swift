import NIOSSL
import TestSupport
import Testing

@testable import OutboundHTTP

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority.shared.get()
    }

    /// The exchange of one call to `host` at a server with this TLS.
    private func call(_ host: String, _ tls: NIOSSLContext, trust: TLSTrust? = nil) async throws -> HTTPExchange {
        let address = host == "[::1]" ? "::1" : "127.0.0.1"
        return try await ScriptedServer.run(on: address, tls: tls, script: { try await $0.serve(Answers.ok) }) {
            server in
            try await withDestination("https://\(host):\(server.port)", trust: trust ?? authority.trust) {
                await $0.get()
            }
        }
    }

    @Test func aCertificateOfTheNameIsAccepted() async throws {
        let exchange = try await call("erp.example", authority.server(for: "DNS:erp.example"))
        #expect(exchange.text == "ok")
        #expect(exchange.timings.handshaking != nil)
    }

    @Test func oneHandshakeServesManyCalls() async throws {
        let tls = try authority.server(for: "DNS:erp.example")
        try await ScriptedServer.run(tls: tls, script: { try await $0.serve(Answers.ok) }) { server in
            try await withDestination("https://erp.example:\(server.port)", trust: authority.trust) { destination in
                for turn in 1...5 {
                    let exchange = await destination.post("body")
                    #expect(exchange.text == "ok")
                    #expect((exchange.timings.handshaking == nil) == (turn > 1))
                }
                #expect(server.accepted == 1)
            }
            try await eventually("no connection is open") { server.open == 0 }
        }
    }

    @Test(arguments: ["127.0.0.1", "[::1]"])
    func anAddressIsVerifiedAgainstTheAddressesOfTheCertificate(host: String) async throws {
        let exchange = try await call(host, authority.server(for: "IP:127.0.0.1,IP:::1"))
        #expect(exchange.text == "ok")
    }

    @Test(arguments: ["DNS:ERP.Tea.Example", "DNS:*.tea.example", "DNS:x.example,DNS:erp.tea.example"])
    func aNameMayBeOneOfSeveralOrAWildcard(name: String) async throws {
        #expect(try await call("erp.tea.example", authority.server(for: name)).text == "ok")
    }

    @Test(arguments: [
        ("erp.example", "DNS:other.example"), ("a.b.example", "DNS:*.example"), ("erp.example", "DNS:*.example"),
        ("erp.example", "DNS:*.erp.example"), ("a_b.example", "DNS:other.example"),
        ("erp.example", "IP:127.0.0.1,DNS:other.example"), ("erp.example", "IP:127.0.0.1"),
        ("127.0.0.1", "DNS:127.0.0.1"),
        ("127.0.0.1", "IP:127.0.0.2"),
    ])
    func aCertificateOfAnotherNameIsRefused(host: String, name: String) async throws {
        let exchange = try await call(host, authority.server(for: name))
        #expect(exchange.failure == .tlsFailed(.wrongName))
    }

    @Test func anExpiredCertificateIsRefused() async throws {
        let exchange = try await call("erp.example", authority.server(for: "DNS:erp.example", days: -1))
        #expect(exchange.failure == .tlsFailed(.expired))
    }

    @Test func anUnknownAuthorityIsRefused() async throws {
        let tls = try authority.server(for: "DNS:erp.example")
        let exchange = try await call("erp.example", tls, trust: systemTrust.get())
        #expect(exchange.failure == .tlsFailed(.untrusted))
    }

    @Test func aSelfSignedCertificateIsRefused() async throws {
        let tls = try TestAuthority.server(try CertificateAuthority.selfSigned(names: "DNS:erp.example"))
        for trust in [authority.trust, try systemTrust.get()] {
            let exchange = try await call("erp.example", tls, trust: trust)
            #expect(exchange.failure == .tlsFailed(.untrusted))
        }
    }

    @Test func versionsBefore12AreRefused() async throws {
        let tls = try authority.server(for: "DNS:erp.example", newest: .tlsv11)
        let exchange = try await call("erp.example", tls)
        guard case .tlsFailed(.other(let reason)) = exchange.failure else {
            Issue.record("\(exchange.result)")
            return
        }
        #expect(reason.contains("version"))
    }

    @Test func aServerThatSpeaksPlainTextIsSaidSo() async throws {
        let script: ScriptedServer.Script = { try await $0.send("HTTP/1.1 400 Bad Request\r\n\r\n") }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("https://127.0.0.1:\(server.port)") { destination in
                let failure = await destination.get().failure
                guard case .tlsFailed = failure else {
                    Issue.record("\(failure as Any)")
                    return
                }
            }
        }
    }

    @Test func aServerThatClosesInTheHandshakeIsSaidSo() async throws {
        try await ScriptedServer.run(script: { _ in }) { server in
            try await withDestination("https://127.0.0.1:\(server.port)") { destination in
                #expect(await destination.get().failure == .tlsFailed(.closed))
            }
        }
    }

    @Test func aBodyWithoutLengthThatEndsWithoutATLSGoodbyeIsNotWhole() async throws {
        let tls = try authority.server(for: "DNS:erp.example")
        let script: ScriptedServer.Script = { peer in
            _ = try await peer.request()
            try await peer.send("HTTP/1.1 200 OK\r\n\r\nhalf")
            try await peer.cutTransport()
        }
        try await ScriptedServer.run(tls: tls, script: script) { server in
            try await withDestination("https://erp.example:\(server.port)", trust: authority.trust) { destination in
                #expect(await destination.get().failure == .closedDuringAnswer)
            }
        }
    }

}
