import FoundationEssentials
import RelayCore

/// A proxy that connects for the relay (`CONNECT`). Its own address is the operator's choice, and no policy checks it.
package struct OutboundProxy: Hashable, Sendable {
    let origin: HTTPOrigin
    /// The value of `Proxy-Authorization`.
    let authorization: Secret?

    /// `http://[user:password@]host:port`; what would end the user or the password early is percent-encoded.
    package init(_ text: String) throws(OutboundProxyError) {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased() else { throw .notAnAddress }
        guard scheme == "http" else { throw scheme == "https" ? .overTLS : .notAnAddress }
        guard let host = url.host(percentEncoded: true), let port = url.port, ["", "/"].contains(url.path()),
            url.query() == nil, url.fragment() == nil
        else { throw .notAnAddress }
        do {
            origin = try HTTPURL("http://\(host.contains(":") ? "[\(host)]" : host):\(port)").origin
        } catch {
            throw .notAnAddress
        }
        authorization = url.user(percentEncoded: false).map { user in
            let credentials = "\(user):\(url.password(percentEncoded: false) ?? "")"
            return Secret("Basic \(Data(credentials.utf8).base64EncodedString())")
        }
    }

    package var hasCredentials: Bool { authorization != nil }
}

extension OutboundProxy: CustomStringConvertible {
    /// Without user and password.
    package var description: String { "http://\(origin.host):\(origin.port)" }
}

/// Quotes nothing of the address: it may hold a password.
package enum OutboundProxyError: Error, Hashable, CustomStringConvertible {
    case notAnAddress
    case overTLS

    package var description: String {
        switch self {
        case .notAnAddress:
            """
            the proxy's address is not http://host:port or http://user:password@host:port (with special characters of \
            the user and the password percent-encoded)
            """
        case .overTLS: "a proxy that is called over https is not supported; its address starts with http://"
        }
    }
}
