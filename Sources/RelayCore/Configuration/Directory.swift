/// Everything that is configured, as one immutable snapshot. Every call holds on to one, so it is a single reference.
package final class Directory: Sendable {
    /// Grows with every change; two snapshots of one version are the same.
    package let version: Int64
    package let apps: [String: App]
    package let appsByID: [AppID: App]
    package let endpoints: [EndpointID: Endpoint]
    /// In the order of the file: the first match wins.
    package let routes: [AppID: [Route]]
    /// In the order of the file.
    package let goods: [AppID: [Goods]]
    /// Networks in CIDR notation where endpoints may be although they are not public.
    package let allowedPrivateNetworks: [String]
    /// The service provider's gateway for Meituan's vouchers; nil where there is none.
    package let voucherBaseURL: String?
    package let retention: Retention

    package init(
        version: Int64 = 0, apps: [App] = [], endpoints: [Endpoint] = [], routes: [AppID: [Route]] = [:],
        goods: [AppID: [Goods]] = [:], allowedPrivateNetworks: [String] = [], voucherBaseURL: String? = nil,
        retention: Retention = Retention()
    ) {
        self.version = version
        self.apps = Dictionary(uniqueKeysWithValues: apps.map { ($0.name, $0) })
        self.appsByID = Dictionary(uniqueKeysWithValues: apps.map { ($0.id, $0) })
        self.endpoints = Dictionary(uniqueKeysWithValues: endpoints.map { ($0.id, $0) })
        self.routes = routes
        self.goods = goods
        self.allowedPrivateNetworks = allowedPrivateNetworks
        self.voucherBaseURL = voucherBaseURL
        self.retention = retention
    }

    package func endpoint(named name: String) -> Endpoint? {
        endpoints.values.first { $0.name == name }
    }

    /// Nil where the endpoint is gone.
    package func name(of endpoint: EndpointID) -> String? {
        // By its place, the endpoint is not copied, which would take longer than finding it.
        endpoints.index(forKey: endpoint).map { endpoints.values[$0].settings.name }
    }

    /// Whether the events of one order go to the endpoint one after the other.
    package func isOrdered(_ endpoint: EndpointID) -> Bool {
        endpoints.index(forKey: endpoint).map { endpoints.values[$0].settings.ordered } ?? false
    }

    package func route(for arrival: Arrival, of app: AppID) -> Route? {
        routes[app]?.first { $0.matches(arrival) }
    }
}
