import NIOCore
import NIOSSL

/// Why no TLS connection came about.
package enum TLSFailure: Hashable, Sendable {
    /// The certificate is for another name or address.
    case wrongName
    case expired
    case notYetValid
    /// The chain does not end at an authority that is trusted here.
    case untrusted
    /// The peer closed the connection during the handshake.
    case closed
    /// Anything else, such as no common version, in the TLS library's words.
    case other(reason: String)

    /// - Parameters:
    ///   - certificate: The peer's, where the handshake got as far. The library says only that the verification failed:
    ///     the validity dates tell a certificate out of its time from one of an unknown authority.
    ///   - now: Seconds since 1970.
    init(_ error: any Error, certificate: NIOSSLCertificate?, now: Int) {
        switch error {
        case NIOSSLError.handshakeFailed(.sslError(let stack)), BoringSSLError.sslError(let stack):
            if stack.contains(.eofDuringHandshake) {
                self = .closed
            } else if stack.contains(where: { $0.description.contains("CERTIFICATE_VERIFY_FAILED") }) {
                self = Self.verification(of: certificate, now: now)
            } else {
                self = .other(reason: stack.map(Self.reason).joined(separator: ", "))
            }
        case is ChannelError, is IOError: self = .closed
        default: self = .other(reason: "\(error)")
        }
    }

    private static func verification(of certificate: NIOSSLCertificate?, now: Int) -> TLSFailure {
        guard let certificate else { return .untrusted }
        if certificate.notValidAfter < now { return .expired }
        if certificate.notValidBefore > now { return .notYetValid }
        return .untrusted
    }

    /// The text of `error:<code>:<library>:<function>:<REASON> at <file>:<line>` without its numbers and places.
    private static func reason(_ error: BoringSSLInternalError) -> String {
        let text = error.description
        let parts = text.split(separator: ":")
        guard let reason = parts.first(where: { $0.contains(" at ") })?.split(separator: " ").first else { return text }
        return reason.lowercased().split(separator: "_").joined(separator: " ")
    }
}

extension TLSFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .wrongName: "the certificate is for another name"
        case .expired: "the certificate has expired"
        case .notYetValid: "the certificate is not valid yet"
        case .untrusted: "the certificate is not from a trusted authority"
        case .closed: "the peer closed the connection during the handshake"
        case .other(let reason): reason
        }
    }
}
