import Logging
import PostgreSQL

/// One of the databases that the bench made: what a relay under test works on, and what the bench asks.
struct BenchDatabase: Sendable {
    let url: String
    let pool: PostgresPool
    private let countsStatements: Bool

    init(url: String, countsStatements: Bool, logger: Logger) throws {
        self.url = url
        self.countsStatements = countsStatements
        pool = PostgresPool(configuration: try PostgresConfiguration(url), size: 4, logger: logger)
    }

    /// What the relay did to the database so far. Differences count.
    struct Work: Sendable {
        /// Of this server, by whomever.
        let walBytes: Int64
        /// Of this database; the bench's own are left out where `pg_stat_statements` tells them apart, and are
        /// transactions otherwise.
        let statements: Int64
    }

    func work() async throws -> Work {
        let counted: PostgresStatement =
            countsStatements
            ? """
            SELECT coalesce(sum(s.calls), 0)::bigint, (pg_current_wal_insert_lsn() - '0/0')::bigint
            FROM pg_stat_statements AS s
            WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND s.query NOT LIKE '%yizhan bench%' AND s.query !~ '^(BEGIN|COMMIT|SET)' -- yizhan bench
            """
            : """
            SELECT xact_commit + xact_rollback, (pg_current_wal_insert_lsn() - '0/0')::bigint
            FROM pg_stat_database WHERE datname = current_database() -- yizhan bench
            """
        let row = try await pool.query(counted)[0]
        return Work(walBytes: try row.int64(1), statements: try row.int64(0))
    }

    /// Forgets events and what became of them, so that each measurement begins with the same tables.
    func clear() async throws {
        try await pool.query(
            "TRUNCATE yizhan.event, yizhan.outbox, yizhan.outcome, yizhan.attempt, yizhan.tally -- yizhan bench")
        // What an earlier measurement left to be written must not be counted with the next one.
        try await pool.query("CHECKPOINT -- yizhan bench")
    }

    /// Returns once every delivery has its outcome.
    func waitUntilDrained(within limit: Duration) async throws {
        let deadline = ContinuousClock.now + limit
        while true {
            let open = try await pool.query("SELECT EXISTS (SELECT FROM yizhan.outbox) -- yizhan bench")[0].bool(0)
            guard open else { return }
            guard .now < deadline else { throw BenchFailure.notDrained("not every delivery came to its end") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// What became of everything since `clear`, by the database's clock.
    struct Course: Sendable {
        let delivered: Int
        /// Seconds from the first event to the last outcome.
        let sinceReceived: Double
        /// Seconds from the first call to the last outcome.
        let sinceStarted: Double
    }

    func course() async throws -> Course {
        let row = try await pool.query(
            """
            SELECT
                count(*),
                coalesce(extract(epoch FROM max(o.settled_at) - min(e.received_at)), 0)::double precision,
                coalesce(extract(epoch FROM max(o.settled_at) - min(o.started_at)), 0)::double precision
            FROM yizhan.outcome AS o JOIN yizhan.event AS e ON e.id = o.event_id
            WHERE o.state = 'delivered' -- yizhan bench
            """)[0]
        return Course(
            delivered: Int(try row.int64(0)), sinceReceived: max(try row.double(1), 0.001),
            sinceStarted: max(try row.double(2), 0.001))
    }

    func pause(_ endpoint: String) async throws {
        try await pool.query("SELECT FROM yizhan.pause($1) -- yizhan bench", [.text(endpoint)])
    }

    func resume(_ endpoint: String) async throws {
        try await pool.query("SELECT FROM yizhan.resume($1) -- yizhan bench", [.text(endpoint)])
    }

    /// How many orders of a load are stored, without those that were not answered as taken.
    func stored(_ load: LoadReport) async throws -> Int {
        let refused = load.refused.map { load.plan.orderNo(of: $0) }
        let row = try await pool.query(
            """
            SELECT count(*) FROM yizhan.event
            WHERE order_no >= $1 AND order_no < $1 || 'a' AND order_no <> ALL ($2) -- yizhan bench
            """, [.text(load.plan.prefix), .texts(refused)])[0]
        return Int(try row.int64(0))
    }

    /// Due deliveries of an endpoint, made in the database: nobody has to send a million calls.
    ///
    /// - Parameters:
    ///   - prefix: of their order numbers.
    ///   - app: whose events they are.
    func addDue(_ count: Int, prefix: String, app: String, endpoint: String, form: String) async throws {
        try await pool.query(
            """
            INSERT INTO yizhan.event (
                id, app_id, order_no, dedupe_key, type, body, fingerprint, reply_endpoint_id)
            SELECT
                overlay(yizhan.first_event_id(now())::text PLACING lpad(to_hex(n), 12, '0') FROM 25)::uuid, a.id,
                $1 || lpad(n::text, 10, '0'), '', 'goods.issue',
                convert_to(replace($5, 'ORDER', $1 || lpad(n::text, 10, '0')), 'UTF8'), '\\x00'::bytea, p.id
            FROM generate_series(0, $2::bigint - 1) AS n, yizhan.app AS a, yizhan.endpoint AS p
            WHERE a.name = $3 AND p.name = $4 -- yizhan bench
            """, [.text(prefix), .int64(Int64(count)), .text(app), .text(endpoint), .text(form)])
        try await pool.query(
            """
            INSERT INTO yizhan.outbox (event_id, endpoint_id, app_id, seq)
            SELECT e.id, e.reply_endpoint_id, e.app_id, e.seq FROM yizhan.event AS e
            WHERE e.order_no >= $1 AND e.order_no < $1 || 'a' -- yizhan bench
            """, [.text(prefix)])
        // Otherwise it happens by itself in the middle of a measurement.
        try await pool.query("VACUUM ANALYZE yizhan.event, yizhan.outbox -- yizhan bench")
    }

    func close() {
        pool.close()
    }
}
