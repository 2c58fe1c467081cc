package import NIOCore

/// What every call to the outside goes through.
package struct Outside: Sendable {
    package let group: any EventLoopGroup
    package let resolver: any AddressResolver
    package let trust: TLSTrust

    package init(group: any EventLoopGroup, resolver: any AddressResolver, trust: TLSTrust) {
        self.group = group
        self.resolver = resolver
        self.trust = trust
    }
}
