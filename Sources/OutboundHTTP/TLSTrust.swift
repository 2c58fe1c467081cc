import NIOSSL
package import RelayCore

/// Whom TLS believes, and what it shows to a server that asks who calls. TLS 1.2 at least.
///
/// Making one reads all the system's authorities where it is not given its own, so share it between destinations.
package struct TLSTrust: Sendable {
    let context: NIOSSLContext

    package init(_ tls: EndpointTLS = EndpointTLS()) throws(TLSTrustError) {
        let configuration = try Self.configuration(for: tls)
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch NIOSSLError.failedToLoadPrivateKey where tls.client != nil {
            throw .keyOfAnotherCertificate
        } catch {
            throw .unavailable(reason: "\(error)")
        }
    }

    static func configuration(for tls: EndpointTLS) throws(TLSTrustError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        // `ConnectionSetup` checks whom the certificate is for.
        configuration.certificateVerification = .noHostnameVerification
        if let authorities = tls.authorities {
            configuration.trustRoots = .certificates(try certificates(in: authorities))
        }
        if let client = tls.client {
            configuration.certificateChain = try certificates(in: client.certificate).map { .certificate($0) }
            configuration.privateKey = .privateKey(try privateKey(in: client.key))
        }
        return configuration
    }

    /// Throws why the text is not certificates in PEM.
    package static func check(certificates text: String) throws(TLSTrustError) {
        _ = try certificates(in: text)
    }

    /// Throws why the text is no private key in PEM.
    package static func check(privateKey: Secret) throws(TLSTrustError) {
        _ = try self.privateKey(in: privateKey)
    }

    /// Throws why they do not belong together.
    package static func check(_ identity: ClientIdentity) throws(TLSTrustError) {
        // Any authority spares reading the system's.
        _ = try TLSTrust(EndpointTLS(authorities: identity.certificate, client: identity))
    }

    private static func certificates(in text: String) throws(TLSTrustError) -> [NIOSSLCertificate] {
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(Array(text.utf8))
            if certificates.isEmpty { throw TLSTrustError.unreadableCertificates }
            return certificates
        } catch {
            throw .unreadableCertificates
        }
    }

    private static func privateKey(in text: Secret) throws(TLSTrustError) -> NIOSSLPrivateKey {
        do {
            // Without a callback, the library would ask for the passphrase of an encrypted key on the terminal.
            return try NIOSSLPrivateKey(bytes: Array(text.reveal().utf8), format: .pem) { setter in setter([UInt8]()) }
        } catch {
            throw .unreadableKey
        }
    }
}

/// Holds nothing of what was read.
package enum TLSTrustError: Error, Hashable, CustomStringConvertible {
    case unreadableCertificates
    case unreadableKey
    case keyOfAnotherCertificate
    case unavailable(reason: String)

    package var description: String {
        switch self {
        case .unreadableCertificates: "is not readable: expected certificates in PEM (-----BEGIN CERTIFICATE-----)"
        case .unreadableKey:
            "is not readable: expected a private key in PEM (-----BEGIN PRIVATE KEY-----) that is not encrypted"
        case .keyOfAnotherCertificate: "is not the key of the first certificate in client_certificate"
        case .unavailable(let reason): "TLS cannot be set up: \(reason)"
        }
    }
}
