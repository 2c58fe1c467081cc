import NIOSSL

/// Whom TLS believes: the system's authorities, and more where a destination needs them. TLS 1.2 at least.
///
/// Making one reads all the system's authorities, so share it between destinations.
package struct TLSTrust: Sendable {
    let context: NIOSSLContext

    /// - Parameter additionalAuthorities: Certificates in PEM, trusted besides the system's.
    package init(additionalAuthorities: String? = nil) throws(TLSTrustError) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        do {
            if let additionalAuthorities {
                let certificates = try NIOSSLCertificate.fromPEMBytes(Array(additionalAuthorities.utf8))
                configuration.additionalTrustRoots = [.certificates(certificates)]
            }
        } catch {
            throw .unreadableAuthorities(error)
        }
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw .unavailable(error)
        }
    }
}

package enum TLSTrustError: Error, CustomStringConvertible {
    case unreadableAuthorities(any Error)
    case unavailable(any Error)

    package var description: String {
        switch self {
        case .unreadableAuthorities: "the certificates of the additional authorities are not readable PEM"
        case .unavailable(let error): "TLS cannot be set up: \(error)"
        }
    }
}
