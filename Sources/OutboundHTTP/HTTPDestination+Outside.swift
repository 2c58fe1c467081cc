extension HTTPDestination {
    package convenience init(
        origin: HTTPOrigin, maxConnections: Int, policy: AddressPolicy, outside: Outside
    ) {
        self.init(
            origin: origin, maxConnections: maxConnections, policy: policy, resolver: outside.resolver,
            tls: outside.trust, proxy: outside.proxy, group: outside.group)
    }

    /// A destination for as long as `body` runs, for what is called too rarely to keep connections for.
    package static func with<Result>(
        _ origin: HTTPOrigin, maxConnections: Int = 1, policy: AddressPolicy, outside: Outside,
        _ body: (HTTPDestination) async -> Result
    ) async -> Result {
        let destination = HTTPDestination(
            origin: origin, maxConnections: maxConnections, policy: policy, outside: outside)
        let result = await body(destination)
        await destination.close()
        return result
    }
}
