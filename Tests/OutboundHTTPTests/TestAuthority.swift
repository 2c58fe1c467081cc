import NIOSSL
import RelayCore
import TestSupport

@testable import OutboundHTTP

/// A certificate authority made for one run of the tests.
struct TestAuthority {
    static let shared = Result { try TestAuthority() }

    let trust: TLSTrust
    let authority: CertificateAuthority

    private init() throws {
        authority = try CertificateAuthority()
        trust = try TLSTrust(EndpointTLS(authorities: authority.certificate))
    }

    /// A server's TLS with a certificate for `name`, as in `DNS:a.example` or `IP:127.0.0.1`.
    /// - Parameter clients: Whose clients alone are served, in PEM.
    func server(
        for name: String, days: Int = 1, newest: TLSVersion = .tlsv13, clients: String? = nil
    ) throws -> NIOSSLContext {
        try Self.server(try authority.issue(name, days: days), newest: newest, clients: clients)
    }

    static func server(
        _ issued: CertificateAuthority.Issued, newest: TLSVersion = .tlsv13, clients: String? = nil
    ) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(issued.certificate.utf8))
                .map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(issued.key.utf8), format: .pem)))
        configuration.minimumTLSVersion = .tlsv1
        configuration.maximumTLSVersion = newest
        if let clients {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(clients.utf8)))
        }
        return try NIOSSLContext(configuration: configuration)
    }
}
