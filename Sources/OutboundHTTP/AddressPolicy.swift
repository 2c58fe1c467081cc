package import NIOCore
package import RelayCore

/// Which addresses may be called: every public unicast address, and what the allow list names.
///
/// An IPv6 address that carries an IPv4 address (mapped, NAT64, 6to4, Teredo, ISATAP, …) is refused whatever it carries:
/// listing the IPv4 network does not open it, only listing the IPv6 network itself does.
package struct AddressPolicy: Sendable {
    package enum Verdict: Hashable, Sendable {
        case allowed
        /// `reason` completes "the address …", as in "is a loopback address (127.0.0.0/8)".
        case refused(reason: String)
    }

    private let allowedNetworks: [CIDR]

    package init(allowedNetworks: [CIDR] = []) {
        self.allowedNetworks = allowedNetworks
    }

    package func verdict(for address: SocketAddress) -> Verdict {
        guard let address = IPAddress(address) else { return .refused(reason: "is not an IP address") }
        return verdict(for: address)
    }

    package func verdict(for address: IPAddress) -> Verdict {
        if allowedNetworks.contains(where: { $0.contains(address) }) { return .allowed }
        if let range = Self.reservedRanges.first(where: { $0.network.contains(address) }) {
            return .refused(reason: "\(range.kind) (\(range.network))")
        }
        if case .v6(_, let interface) = address {
            guard Self.globalUnicast.contains(address) else {
                return .refused(reason: "is not in the public IPv6 range (\(Self.globalUnicast))")
            }
            // RFC 5214: in any network, behind 0000:5efe or, for a public IPv4 address, 0200:5efe.
            if interface >> 32 & ~0x0200_0000 == 0x5efe { return .refused(reason: "is an ISATAP address") }
        }
        return .allowed
    }

    private static let globalUnicast = network("2000::/3")

    /// The IANA special-purpose registries for IPv4 and IPv6; the first range that holds an address names it.
    private static let reservedRanges: [(network: CIDR, kind: String)] = [
        ("0.0.0.0/8", "means this host"),
        ("10.0.0.0/8", "is a private address"),
        ("100.100.100.200/32", "is a cloud metadata service"),
        ("100.64.0.0/10", "is a shared carrier address"),
        ("127.0.0.0/8", "is a loopback address"),
        ("168.63.129.16/32", "is a cloud metadata service"),
        ("169.254.169.254/32", "is a cloud metadata service"),
        ("169.254.0.0/16", "is a link-local address"),
        ("172.16.0.0/12", "is a private address"),
        ("192.0.0.0/24", "is reserved for protocols"),
        ("192.0.2.0/24", "is a documentation address"),
        ("192.31.196.0/24", "is reserved for AS112"),
        ("192.52.193.0/24", "is reserved for AMT"),
        ("192.88.99.0/24", "is a 6to4 relay address"),
        ("192.168.0.0/16", "is a private address"),
        ("192.175.48.0/24", "is reserved for AS112"),
        ("198.18.0.0/15", "is a benchmarking address"),
        ("198.51.100.0/24", "is a documentation address"),
        ("203.0.113.0/24", "is a documentation address"),
        ("224.0.0.0/4", "is a multicast address"),
        ("255.255.255.255/32", "is the broadcast address"),
        ("240.0.0.0/4", "is a reserved address"),
        ("::/128", "is the unspecified address"),
        ("::1/128", "is a loopback address"),
        ("::ffff:0:0/96", "is an IPv4-mapped address"),
        ("::ffff:0:0:0/96", "is an IPv4-translated address"),
        ("::/96", "is an IPv4-compatible address"),
        ("64:ff9b::/96", "is a NAT64 address"),
        ("64:ff9b:1::/48", "is a local NAT64 address"),
        ("100::/64", "is a discard address"),
        ("2001::/32", "is a Teredo address"),
        ("2001:db8::/32", "is a documentation address"),
        ("2001::/23", "is reserved for protocols"),
        ("2002::/16", "is a 6to4 address"),
        ("2620:4f:8000::/48", "is reserved for AS112"),
        ("3fff::/20", "is a documentation address"),
        ("fd00:ec2::254/128", "is a cloud metadata service"),
        ("fc00::/7", "is a unique local address"),
        ("fe80::/10", "is a link-local address"),
        ("fec0::/10", "is a site-local address"),
        ("ff00::/8", "is a multicast address"),
    ].map { (network($0.0), $0.1) }

    private static func network(_ text: String) -> CIDR {
        do {
            return try CIDR(text)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
