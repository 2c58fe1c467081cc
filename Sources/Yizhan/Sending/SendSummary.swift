import RelayCore

/// What a run of calls came to.
struct SendSummary: Sendable {
    private(set) var counts: [SendReport.Outcome: Int] = [:]
    /// Of the calls that were answered.
    private var latencies: [Duration] = []
    private(set) var isAllAccepted = true
    var elapsed = Duration.zero
    /// Calls that were planned and not made.
    var unsent = 0
    /// Calls that were left out on purpose.
    private(set) var dropped = 0

    mutating func add(_ report: SendReport) {
        counts[report.outcome, default: 0] += 1
        if case .answered = report.outcome { latencies.append(report.took) }
        if !report.isAccepted { isAllAccepted = false }
    }

    mutating func addDropped() {
        dropped += 1
    }

    var calls: Int { counts.values.reduce(0, +) }

    /// The smallest that so many of a hundred do not exceed; nil if there are none.
    static func percentile(_ percentile: Int, of sorted: [Duration]) -> Duration? {
        guard !sorted.isEmpty else { return nil }
        let rank = (sorted.count * percentile + 99) / 100
        return sorted[max(rank, 1) - 1]
    }

    private var quantiles: [(name: String, latency: Duration)] {
        let sorted = latencies.sorted()
        return [("p50", 50), ("p95", 95), ("p99", 99), ("max", 100)].compactMap { name, percentile in
            Self.percentile(percentile, of: sorted).map { (name, $0) }
        }
    }

    /// Most frequent first.
    private var sortedCounts: [(outcome: SendReport.Outcome, count: Int)] {
        counts.sorted { ($1.value, "\($0.key)") < ($0.value, "\($1.key)") }.map { ($0.key, $0.value) }
    }

    var lines: [String] {
        let rate = elapsed > .zero ? ", \(Int(Double(calls) / (elapsed / .seconds(1))))/s" : ""
        var lines = ["\(calls) \(calls == 1 ? "call" : "calls") in \(elapsed.milliseconds) ms\(rate)"]
        if dropped > 0 { lines.append("\(dropped) dropped") }
        if unsent > 0 { lines.append("\(unsent) were not sent any more") }
        lines += TextTable.lines(sortedCounts.map { ["    \($0.count)", "\($0.outcome)"] })
        if !latencies.isEmpty {
            lines.append(
                "latency  " + quantiles.map { "\($0.name) \($0.latency.milliseconds) ms" }.joined(separator: "  "))
        }
        return lines
    }

    var json: JSON {
        var answers: [JSON] = []
        var errors: [JSON] = []
        for (outcome, count) in sortedCounts {
            switch outcome {
            case .answered(let status, let field, let value):
                answers.append(["status": JSON(status), field.name: value ?? .null, "count": JSON(count)])
            case .failed(let reason):
                errors.append(["error": .string(reason), "count": JSON(count)])
            }
        }
        return [
            "calls": JSON(calls), "dropped": JSON(dropped), "unsent": JSON(unsent),
            "elapsed_ms": .number(elapsed.milliseconds),
            "answers": .array(answers), "errors": .array(errors),
            "latency_ms": .object(
                quantiles.map { JSON.Member(name: $0.name, value: .number($0.latency.milliseconds)) }),
        ]
    }
}

extension Duration {
    /// With two decimals: `12.34`.
    var milliseconds: String {
        let hundredths = attoseconds / 10_000_000_000_000
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
