/// What a `relay.yaml` tells, or what is configured, by names.
package struct Declaration: Hashable, Sendable {
    package var merchants: Set<String>
    package var apps: [String: AppSettings]
    package var endpoints: [String: EndpointSettings]
    /// By app, the first match wins. The routes of an app are one list: a file that has one of them has them all.
    package var routes: [String: [RouteSettings]]
    /// By app, in the order in which they are listed.
    package var goods: [String: [Goods]]
    /// Networks in CIDR notation where endpoints may be although they are not public; nil where the file has no word
    /// of them.
    package var allowedPrivateNetworks: [String]?
    /// The base address of the gateway for Meituan's vouchers; nil where the file has no word of it.
    package var voucherBaseURL: String?
    /// nil where the file has no word of it, or nothing is ever removed.
    package var retention: Retention?

    package init(
        merchants: Set<String> = [], apps: [AppSettings] = [], endpoints: [EndpointSettings] = [],
        routes: [String: [RouteSettings]] = [:], goods: [String: [Goods]] = [:],
        allowedPrivateNetworks: [String]? = nil, voucherBaseURL: String? = nil, retention: Retention? = nil
    ) {
        self.merchants = merchants
        self.apps = Dictionary(apps.map { ($0.name, $0) }) { $1 }
        self.endpoints = Dictionary(endpoints.map { ($0.name, $0) }) { $1 }
        self.routes = routes
        self.goods = goods
        self.allowedPrivateNetworks = allowedPrivateNetworks
        self.voucherBaseURL = voucherBaseURL
        self.retention = retention
    }

    /// What is configured once this is applied. What this does not name stays as it is, or goes with `prune`.
    package func applied(to current: Declaration, prune: Bool) -> Declaration {
        var result = prune ? Declaration(allowedPrivateNetworks: []) : current
        result.merchants.formUnion(merchants)
        result.apps.merge(apps) { $1 }
        result.endpoints.merge(endpoints) { $1 }
        result.routes.merge(routes) { $1 }
        for (app, listed) in goods {
            let codes = Set(listed.map(\.code))
            result.goods[app] = listed + (result.goods[app] ?? []).filter { !codes.contains($0.code) }
        }
        if let allowedPrivateNetworks { result.allowedPrivateNetworks = allowedPrivateNetworks }
        if let voucherBaseURL { result.voucherBaseURL = voucherBaseURL }
        if let retention { result.retention = retention }
        return result
    }

    /// What applying this would do.
    package func changes(from current: Declaration, prune: Bool) -> [Change] {
        applied(to: current, prune: prune).changes(from: current)
    }
}
