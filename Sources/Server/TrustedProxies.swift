package import RelayCore

/// The proxies whose word is taken for where a call comes from.
package struct TrustedProxies: Sendable {
    private let networks: [CIDR]

    package init(_ networks: [CIDR] = []) {
        self.networks = networks
    }

    func contain(_ address: IPAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }

    /// Each proxy adds to `X-Forwarded-For` who called it, so what is left of a caller that is no trusted proxy may be
    /// anything: a caller writes there what he likes.
    ///
    /// - Parameters:
    ///   - peer: who the connection is from.
    ///   - forwardedFor: the values of the header, in their order.
    /// - Returns: the right-most address that is no trusted proxy. Where a trusted proxy tells nothing that is an address,
    ///   the proxy's own.
    func caller(_ peer: IPAddress, forwardedFor: @autoclosure () -> [String]) -> IPAddress {
        guard contain(peer) else { return peer }
        var caller = peer
        let hops = forwardedFor().flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        for hop in hops.reversed() {
            guard let address = Self.address(in: hop) else { break }
            caller = address
            guard contain(address) else { break }
        }
        return caller
    }

    /// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`, with spaces around it.
    private static func address(in hop: Substring) -> IPAddress? {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        let text = hop.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        var host = String(text)
        if host.first == "[" {
            guard let end = host.lastIndex(of: "]"), isPort(host[host.index(after: end)...]) else { return nil }
            host = String(host[host.index(after: host.startIndex)..<end])
            guard host.contains(":") else { return nil }
        } else if let colon = host.firstIndex(of: ":"), colon == host.lastIndex(of: ":") {
            guard isPort(host[colon...]) else { return nil }
            host = String(host[..<colon])
        }
        return IPAddress(host)?.unmapped
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty || text.first == ":" && UInt16(text.dropFirst()) != nil
    }
}
