import Metrics
import RelayCore

/// The metrics of the platforms' calls. Made once: looking a metric up by its label costs more than counting.
struct CallMetrics: Sendable {
    struct RefusalLabels: Hashable {
        let app: String
        let reason: String
    }

    let apps = Shelf<String, AppMetrics> { AppMetrics(app: $0) }
    let refused = Shelf<RefusalLabels, Counter> { labels in
        Counter(
            label: "yizhan_refused_calls_total", dimensions: [("app", labels.app), ("reason", labels.reason)])
    }
    let limited = Counter(label: "yizhan_limited_refusals_total")
    /// By endpoint.
    let acceptedDeliveries = Shelf<String, Counter> { endpoint in
        Counter(label: "yizhan_accepted_deliveries_total", dimensions: [("endpoint", endpoint)])
    }
    let shed = Counter(label: "yizhan_unstored_calls_total", dimensions: [("reason", "overloaded")])
    let unavailable = Counter(label: "yizhan_unstored_calls_total", dimensions: [("reason", "database_away")])
    let unknown = Counter(label: "yizhan_unstored_calls_total", dimensions: [("reason", "unknown")])

    /// What every app and endpoint has stands there from the beginning, at 0: a rate needs a value before.
    func prepare(for directory: Directory) {
        for app in directory.apps.keys { _ = apps[app] }
        for endpoint in directory.endpoints.values { _ = acceptedDeliveries[endpoint.name] }
    }
}
