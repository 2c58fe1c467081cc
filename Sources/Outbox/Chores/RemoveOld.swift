import Metrics
package import PostgreSQL
package import RelayCore

/// Removes what is older than it is to be kept, and never what is open. Goes about it slowly: what it deletes has to be
/// vacuumed, and nobody waits for it.
package struct RemoveOld: Chore {
    package let name = "retention"
    package let every = Duration.seconds(60)

    private static let batchSize: Int32 = 500
    private static let pause = Duration.milliseconds(100)

    private let retention: @Sendable () -> Retention
    private let attempts = Counter(label: "yizhan_removed_rows_total", dimensions: [("table", "attempt")])
    private let events = Counter(label: "yizhan_removed_rows_total", dimensions: [("table", "event")])

    package init(retention: @escaping @Sendable () -> Retention) {
        self.retention = retention
    }

    package var isNeeded: Bool {
        retention() != Retention()
    }

    package func carryOut(on pool: PostgresPool) async throws {
        let retention = retention()
        let end = ContinuousClock.now + every
        if let keep = retention.attempts {
            try await remove(by: "SELECT yizhan.remove_old_attempts($1, $2)", keep, until: end, attempts, on: pool)
        }
        if let keep = retention.events {
            try await remove(by: "SELECT yizhan.remove_old_events($1, $2)", keep, until: end, events, on: pool)
        }
    }

    private func remove(
        by statement: PostgresStatement, _ keep: Duration, until end: ContinuousClock.Instant, _ counter: Counter,
        on pool: PostgresPool
    ) async throws(PostgresError) {
        while .now < end, !Task.isCancelled {
            let removed = try await pool.query(statement, [.interval(keep), .int32(Self.batchSize)])[0].int64(0)
            counter.increment(by: removed)
            if removed < Self.batchSize { break }
            await Task.pause(for: Self.pause)
        }
    }
}
