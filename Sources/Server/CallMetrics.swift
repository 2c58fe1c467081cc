import Metrics
import RelayCore

/// The metrics of the platforms' calls. Made once: looking a metric up by its label costs more than counting.
struct CallMetrics: Sendable {
    struct RefusalLabels: Hashable {
        let app: String
        let reason: String
    }

    /// Why a call was turned away though nothing was wrong with it.
    enum Shedding: String, CaseIterable {
        /// More comes than can be stored in time.
        case overloaded
        /// Too many large bodies are at the door.
        case noRoomForBody = "no_room_for_body"
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
    let shed = Shelf<Shedding, Counter> { reason in
        Counter(label: "yizhan_unstored_calls_total", dimensions: [("reason", reason.rawValue)])
    }
    let unavailable = Counter(label: "yizhan_unstored_calls_total", dimensions: [("reason", "database_away")])
    let unknown = Counter(label: "yizhan_unstored_calls_total", dimensions: [("reason", "unknown")])

    /// What every app and endpoint has stands there from the beginning, at 0: a rate needs a value before.
    func prepare(for directory: Directory) {
        for reason in Shedding.allCases { _ = shed[reason] }
        for app in directory.apps.keys { _ = apps[app] }
        for endpoint in directory.endpoints.values { _ = acceptedDeliveries[endpoint.name] }
    }
}
