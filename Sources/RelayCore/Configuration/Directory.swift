/// Everything that is configured, as one immutable snapshot.
package struct Directory: Sendable {
    /// Grows with every change; two snapshots of one version are the same.
    package var version: Int64
    package var apps: [String: App]
    package var appsByID: [AppID: App]
    package var endpoints: [EndpointID: Endpoint]
    /// In the order of the file: the first match wins.
    package var routes: [AppID: [Route]]
    /// In the order of the file.
    package var goods: [AppID: [Goods]]
    /// Networks in CIDR notation where endpoints may be although they are not public.
    package var allowedPrivateNetworks: [String]
    /// The service provider's gateway for Meituan's vouchers; nil where there is none.
    package var voucherBaseURL: String?
    package var retention: Retention

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

    package func route(for arrival: Arrival, of app: AppID) -> Route? {
        routes[app]?.first { $0.matches(arrival) }
    }
}
