import NIOSSL
import RelayCore
import TestSupport
import Testing

@testable import OutboundHTTP

/// Authorities and client certificates of one endpoint.
@Suite(.timeLimit(.minutes(1))) struct EndpointTLSTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority.shared.get()
    }

    private func client(
        of authority: CertificateAuthority? = nil, trusting roots: String? = nil
    ) throws -> TLSTrust {
        let issued = try (authority ?? self.authority.authority).issue("DNS:relay.example")
        return try TLSTrust(
            EndpointTLS(
                authorities: roots ?? self.authority.authority.certificate,
                client: ClientIdentity(certificate: issued.certificate, key: Secret(issued.key))))
    }

    private func call(_ tls: NIOSSLContext, trust: TLSTrust) async throws -> HTTPExchange {
        try await ScriptedServer.run(tls: tls, script: { try await $0.serve(Answers.ok) }) { server in
            try await withDestination("https://erp.example:\(server.port)", trust: trust) { await $0.get() }
        }
    }

    @Test(arguments: [TLSVersion.tlsv12, .tlsv13])
    func aServerThatAsksWhoCallsIsShownTheClientCertificate(version: TLSVersion) async throws {
        let tls = try authority.server(
            for: "DNS:erp.example", newest: version, clients: authority.authority.certificate)
        #expect(try await call(tls, trust: client()).text == "ok")
    }

    @Test(arguments: [TLSVersion.tlsv12, .tlsv13])
    func withoutOneOrWithThatOfAnotherAuthorityTheCallFailsAndSaysWhy(version: TLSVersion) async throws {
        let tls = try authority.server(
            for: "DNS:erp.example", newest: version, clients: authority.authority.certificate)
        for trust in [authority.trust, try client(of: CertificateAuthority())] {
            let failure = try await call(tls, trust: trust).failure
            guard case .tlsFailed(let reason) = failure else {
                Issue.record("\(failure as Any)")
                continue
            }
            #expect(reason.description.contains("alert"))
        }
    }

    @Test func authoritiesOfAnEndpointStandInThePlaceOfAllOthers() async throws {
        let tls = try authority.server(for: "DNS:erp.example")
        let other = try CertificateAuthority()
        let others = try TLSTrust(EndpointTLS(authorities: other.certificate))
        #expect(try await call(tls, trust: others).failure == .tlsFailed(.untrusted))
        let both = try TLSTrust(
            EndpointTLS(authorities: other.certificate + authority.authority.certificate))
        #expect(try await call(tls, trust: both).text == "ok")
        // No test has a certificate of the system's authorities, so this is said of the configuration.
        let configuration = try TLSTrust.configuration(for: EndpointTLS(authorities: other.certificate))
        let certificates = try NIOSSLCertificate.fromPEMBytes(Array(other.certificate.utf8))
        #expect(configuration.trustRoots == .certificates(certificates) && configuration.additionalTrustRoots.isEmpty)
    }

    @Test(arguments: ["not PEM", "", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func whatIsNoCertificateIsRefused(text: String) {
        #expect(throws: TLSTrustError.unreadableCertificates) { try TLSTrust.check(certificates: text) }
        #expect(throws: TLSTrustError.unreadableCertificates) { try TLSTrust(EndpointTLS(authorities: text)) }
        #expect(throws: TLSTrustError.unreadableKey) { try TLSTrust.check(privateKey: Secret(text)) }
    }

    @Test func anEncryptedKeyIsRefusedAndNobodyIsAskedForItsPassphrase() throws {
        let issued = try authority.authority.issue("DNS:relay.example")
        try TLSTrust.check(privateKey: Secret(issued.key))
        let encrypted = Secret(try CertificateAuthority.encrypted(key: issued.key))
        #expect(throws: TLSTrustError.unreadableKey) { try TLSTrust.check(privateKey: encrypted) }
    }

    @Test func aKeyHasToBelongToItsCertificate() throws {
        let (one, other) = (
            try authority.authority.issue("DNS:one.example"), try authority.authority.issue("DNS:other.example")
        )
        try TLSTrust.check(ClientIdentity(certificate: one.certificate, key: Secret(one.key)))
        // With those that lead to the authority behind it.
        try TLSTrust.check(
            ClientIdentity(certificate: one.certificate + authority.authority.certificate, key: Secret(one.key)))
        #expect(throws: TLSTrustError.keyOfAnotherCertificate) {
            try TLSTrust.check(ClientIdentity(certificate: one.certificate, key: Secret(other.key)))
        }
    }
}
