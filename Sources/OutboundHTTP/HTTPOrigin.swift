package import RelayCore

/// Where connections go: scheme, host and port.
package struct HTTPOrigin: Hashable, Sendable {
    package enum Scheme: String, Sendable {
        case http
        case https

        package var defaultPort: Int {
            switch self {
            case .http: 80
            case .https: 443
            }
        }
    }

    package enum Host: Hashable, Sendable {
        /// Lower case, ASCII, without a trailing dot.
        case name(String)
        case address(IPAddress)
    }

    package let scheme: Scheme
    package let host: Host
    package let port: Int

    /// The host as a URL and a `Host` header write it; the port only where it is not the scheme's own.
    package var authority: String {
        port == scheme.defaultPort ? "\(host)" : "\(host):\(port)"
    }
}

extension HTTPOrigin.Host: CustomStringConvertible {
    package var description: String {
        switch self {
        case .name(let name): name
        case .address(let address):
            switch address {
            case .v4: "\(address)"
            case .v6: "[\(address)]"
            }
        }
    }
}

extension HTTPOrigin: CustomStringConvertible {
    package var description: String { "\(scheme.rawValue)://\(authority)" }
}
