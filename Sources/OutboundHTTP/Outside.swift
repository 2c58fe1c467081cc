package import NIOCore
package import RelayCore

/// What every call to the outside goes through.
package struct Outside: Sendable {
    package let group: any EventLoopGroup
    package let resolver: any AddressResolver
    package let trust: TLSTrust
    /// Nil: straight to whom is called.
    package let proxy: OutboundProxy?

    package init(
        group: any EventLoopGroup, resolver: any AddressResolver, trust: TLSTrust, proxy: OutboundProxy? = nil
    ) {
        self.group = group
        self.resolver = resolver
        self.trust = trust
        self.proxy = proxy
    }

    /// The same but for whom TLS believes, and what it shows.
    package func trusting(_ tls: EndpointTLS) throws(TLSTrustError) -> Outside {
        if tls == EndpointTLS() { return self }
        return Outside(group: group, resolver: resolver, trust: try TLSTrust(tls), proxy: proxy)
    }
}
