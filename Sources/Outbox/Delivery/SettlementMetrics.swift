import Metrics
package import RelayCore

/// The metrics of what is written of attempts.
package struct SettlementMetrics: Sendable {
    private struct Labels: Hashable {
        let endpoint: String
        let state: OutcomeState
    }

    private let directory: @Sendable () -> Directory
    private let unixMilliseconds: @Sendable () -> Int64

    private let settled = Shelf<Labels, Counter> { labels in
        Counter(
            label: "yizhan_settled_deliveries_total",
            dimensions: [("endpoint", labels.endpoint), ("state", labels.state.rawValue)])
    }
    private let latencies = Shelf<String, Timer> { endpoint in
        Timer(label: "yizhan_delivery_latency_seconds", dimensions: [("endpoint", endpoint)])
    }
    private let lateness = Timer(label: "yizhan_settle_lateness_seconds")
    private let fenced = Counter(label: "yizhan_fenced_writes_total")

    package init(
        directory: @escaping @Sendable () -> Directory, unixMilliseconds: @escaping @Sendable () -> Int64
    ) {
        self.directory = directory
        self.unixMilliseconds = unixMilliseconds
    }

    /// States that nothing has ended in yet stand at 0: the first dead letter is to be seen as a growth.
    package func prepare(for directory: Directory) {
        for endpoint in directory.endpoints.values {
            for state in OutcomeState.allCases where state != .cancelled {
                _ = settled[Labels(endpoint: endpoint.name, state: state)]
            }
            _ = latencies[endpoint.name]
        }
    }

    /// The report is in the database.
    func wrote(_ report: AttemptReport) {
        if let startedAt = report.startedAt, let took = report.took {
            lateness.record(duration: max(.now - (startedAt + took), .zero))
        }
        guard case .settle(let state) = report.verdict else { return }
        let id = report.delivery.key.endpoint
        let endpoint = directory().endpoints[id]?.name ?? "\(id.number)"
        settled[Labels(endpoint: endpoint, state: state)].increment()
        guard state == .delivered else { return }
        let milliseconds = unixMilliseconds() - report.delivery.event.receivedAtMilliseconds
        latencies[endpoint].record(duration: .milliseconds(max(milliseconds, 0)))
    }

    func threwAway() {
        fenced.increment()
    }
}
