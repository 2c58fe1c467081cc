import Metrics
import RelayCore

/// The metrics of attempts, by endpoint.
struct AttemptMetrics: Sendable {
    private struct Labels: Hashable {
        let endpoint: String
        let result: String
    }

    private let attempts = Shelf<Labels, Counter> { labels in
        Counter(
            label: "yizhan_attempts_total", dimensions: [("endpoint", labels.endpoint), ("result", labels.result)])
    }
    private let durations = Shelf<String, Timer> { endpoint in
        Timer(label: "yizhan_attempt_duration_seconds", dimensions: [("endpoint", endpoint)])
    }

    /// What every endpoint has sooner or later stands there from the beginning, at 0: a rate needs a value before.
    func prepare(for endpoint: String) {
        for result in ["delivered", "failed"] { _ = attempts[Labels(endpoint: endpoint, result: result)] }
        _ = durations[endpoint]
    }

    /// - Parameter took: nil where no call was made.
    func count(_ result: String, at endpoint: String, took: Duration?) {
        attempts[Labels(endpoint: endpoint, result: result)].increment()
        if let took { durations[endpoint].record(duration: took) }
    }
}
