package import Logging
import Metrics
package import PostgreSQL
import RelayCore
import ServiceLifecycle

/// Looks into the database for what gauges tell of it: what waits, for how long, and whether the sums are right.
///
/// Every relay looks by itself, so that the gauges are there as long as any relay is. What it costs is bounded: an
/// endpoint's rows are counted up to 10,000 by their index, whatever waits behind them (2 ms, measured with a million rows
/// of one endpoint); how many rows there are in all, PostgreSQL estimates. And a look that takes long makes the pause after it longer, so that looking never takes more
/// than a twentieth of the time.
package struct BacklogSampler: Service {
    private static let maximumRows: Int32 = 10_000
    private static let pause = Duration.seconds(10)
    private static let pauseWithoutDatabase = Duration.seconds(2)
    private static let restFactor = 20
    private static let timeout = Duration.seconds(5)
    /// The sums change slowly, and adding them up reads the whole outbox.
    private static let pauseOfSums = Duration.seconds(300)

    private let pool: PostgresPool
    private let logger: Logger

    private let isInReach = Meter(label: "yizhan_database_up")
    private let openDeliveries = Meter(label: "yizhan_outbox_deliveries")
    private let difference = Meter(label: "yizhan_reconciliation_difference_deliveries")
    private let due = EndpointGauge("yizhan_due_deliveries")
    private let scheduled = EndpointGauge("yizhan_scheduled_deliveries")
    private let oldestDueAge = EndpointGauge("yizhan_oldest_due_age_seconds")
    private let paused = EndpointGauge("yizhan_endpoint_paused")

    package init(pool: PostgresPool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    package func run() async {
        await cancelWhenGracefulShutdown {
            var nextSums = ContinuousClock.now
            while !Task.isCancelled {
                let start = ContinuousClock.now
                var pause = Self.pause
                do throws(PostgresError) {
                    try await sample()
                    isInReach.set(1)
                    if nextSums <= start {
                        // Before: sums that take too long must not be tried again at the next look.
                        nextSums = start + Self.pauseOfSums
                        try await addUp()
                    }
                } catch {
                    if Task.isCancelled { break }
                    if error.isDatabaseAway {
                        isInReach.set(0)
                        pause = Self.pauseWithoutDatabase
                    }
                    // That the database is away, those say who need it more.
                    logger.log(
                        level: error.isDatabaseAway ? .debug : .warning, "the backlog could not be looked at",
                        metadata: ["error": "\(error)"])
                }
                await Task.pause(for: max(pause, (.now - start) * Self.restFactor))
            }
        }
    }

    private func sample() async throws(PostgresError) {
        let rows = try await pool.query(
            "SELECT endpoint, paused, due, scheduled, oldest_due_age FROM yizhan.sample_backlog($1)",
            [.int32(Self.maximumRows)], timeout: Self.timeout)
        var (due, scheduled, age, paused) = (
            [String: Double](), [String: Double](), [String: Double](), [String: Double]()
        )
        for index in 0..<rows.count {
            let row = rows[index]
            let endpoint = try row.text(0)
            paused[endpoint] = try row.bool(1) ? 1 : 0
            due[endpoint] = Double(try row.int64(2))
            scheduled[endpoint] = Double(try row.int64(3))
            age[endpoint] = try row.interval(4) / .seconds(1)
        }
        self.due.set(due)
        self.scheduled.set(scheduled)
        oldestDueAge.set(age)
        self.paused.set(paused)
        let estimate = try await pool.query(
            "SELECT pg_stat_get_live_tuples('yizhan.outbox'::regclass)", timeout: Self.timeout)
        openDeliveries.set(try estimate[0].int64(0))
    }

    private func addUp() async throws(PostgresError) {
        let sum = try await pool.query(
            "SELECT coalesce(sum(abs(r.difference)), 0)::bigint FROM yizhan.reconciliation AS r", timeout: Self.timeout)
        difference.set(try sum[0].int64(0))
    }
}
