import Logging
import PostgreSQL
import RelayCore
import TestSupport
import Testing

@testable import Outbox

/// A migrated database of one test's own, with an app, two plain endpoints and an ordered one.
struct TestOutbox: Sendable {
    let app = AppID(1)
    let erp = LaneSlot(endpoint: EndpointID(1), lease: .seconds(15))
    let audit = LaneSlot(endpoint: EndpointID(2), lease: .seconds(15))
    /// Ordered.
    let till = LaneSlot(endpoint: EndpointID(3), lease: .seconds(15))

    let configuration: PostgresConfiguration
    let pool: PostgresPool
    private let ids = EventIDSource(clock: { 1_700_000_000_000 })

    /// In the cluster of the test run.
    static func with<Result>(_ body: (TestOutbox) async throws -> Result) async throws -> Result {
        let cluster = try await TestCluster.shared()
        let template = try await cluster.template(named: "outbox") { url in
            try await prepare(url, psql: cluster.psql)
        }
        return try await cluster.withDatabase(template: template) { url in
            let outbox = try TestOutbox(url)
            defer { outbox.pool.close() }
            return try await body(outbox)
        }
    }

    /// A database with the schema alone.
    static func withEmpty<Result>(_ body: (_ url: String, _ psql: Psql) async throws -> Result) async throws -> Result {
        let cluster = try await TestCluster.shared()
        let template = try await cluster.template(named: "schema") { try await migrate($0) }
        return try await cluster.withDatabase(template: template) { try await body($0, cluster.psql) }
    }

    /// In a cluster of its own, to do harm to.
    static func withOwnCluster<Result: Sendable>(
        _ body: (TestOutbox, StoppableCluster) async throws -> Result
    ) async throws -> Result {
        try await withStoppableCluster { cluster in
            try await prepare(cluster.url, psql: cluster.psql)
            let outbox = try TestOutbox(cluster.url)
            defer { outbox.pool.close() }
            return try await body(outbox, cluster)
        }
    }

    private init(_ url: String) throws {
        configuration = try PostgresConfiguration(url, connectTimeout: .milliseconds(1_500))
        pool = PostgresPool(configuration: configuration, size: 8, acquireTimeout: .seconds(2), logger: .silent)
    }

    private static func migrate(_ url: String) async throws {
        let pool = PostgresPool(configuration: try PostgresConfiguration(url), size: 1, logger: .silent)
        defer { pool.close() }
        try await Migrator(pool: pool, logger: .silent).migrate()
    }

    private static func prepare(_ url: String, psql: Psql) async throws {
        try await migrate(url)
        try await psql(
            """
            INSERT INTO yizhan.merchant (name) VALUES ('teahouse');
            INSERT INTO yizhan.app (
                merchant_id, name, platform, app_key, clock_window, reply_wait, on_pending, pending_message,
                sealed_secrets)
            VALUES (1, 'rrx', 'renrenxiu', 'key', '5 minutes', '3 seconds', 'accept', 'wait', 'sealed');
            INSERT INTO yizhan.endpoint (
                merchant_id, name, url, format, timeout, max_in_flight, ordered, retry, expire_after, sealed_secrets)
            VALUES
                (1, 'erp', 'https://example.com/', 'standard', '10 s', 32, false, '{5 s}', '72 hours', 'sealed'),
                (1, 'audit', 'https://example.com/', 'standard', '10 s', 32, false, '{5 s}', '72 hours', 'sealed'),
                (1, 'till', 'https://example.com/', 'standard', '10 s', 32, true, '{5 s}', '72 hours', 'sealed');
            """, on: url)
    }

    /// An event for the endpoints of some slots; each submission has an id of its own.
    func submission(_ orderNo: String, dedupeKey: String = "", content: String = "", in slots: [LaneSlot]) -> Submission
    {
        Submission(
            id: ids.next(), app: app,
            arrival: Arrival(
                type: "goods.issue", orderNo: orderNo, dedupeKey: dedupeKey, body: Array("body of \(orderNo)".utf8),
                fingerprint: Array(content.utf8)),
            replyEndpoint: (slots.first ?? erp).endpoint,
            deliveries: slots.map {
                PlannedDelivery(endpoint: $0.endpoint, slot: $0, isOrdered: $0.endpoint == till.endpoint)
            })
    }

    /// A delivery to `erp` that is stored and leased.
    func lease(_ orderNo: String) async throws -> LeasedDelivery {
        let submission = submission(orderNo, in: [erp])
        _ = try await EventStore(pool: pool, relay: 1, patience: .seconds(10)).store([submission])
        return LeasedDelivery(
            key: DeliveryKey(event: submission.id, endpoint: erp.endpoint),
            event: Event(
                id: submission.id, app: app, type: submission.arrival.type, orderNo: orderNo,
                body: submission.arrival.body),
            attempt: 1, token: 1, leaseEnds: .now + erp.lease, age: .zero, answersPlatform: true)
    }

    /// Due deliveries to `erp` that nobody has leased.
    func addDue(_ orderNos: some Sequence<String>) async throws {
        for orderNo in orderNos { _ = try await lease(orderNo) }
        try await run("UPDATE yizhan.outbox SET attempt = 0, token = 0, lease_until = NULL, lease_owner = NULL")
    }

    func run(_ sql: String) async throws {
        try await pool.query(PostgresStatement(sql))
    }

    func number(_ sql: String) async throws -> Int64 {
        try await pool.query(PostgresStatement(sql))[0].int64(0)
    }

    func text(_ sql: String) async throws -> String {
        try await pool.query(PostgresStatement(sql))[0].text(0)
    }

    /// `open`, the state of the outcome, or `gone`.
    func whereabouts(_ key: DeliveryKey) async throws -> String {
        let rows = try await pool.query(
            """
            SELECT 'open' FROM yizhan.outbox AS q WHERE q.event_id = $1 AND q.endpoint_id = $2
            UNION ALL SELECT o.state FROM yizhan.outcome AS o WHERE o.event_id = $1 AND o.endpoint_id = $2
            UNION ALL SELECT 'gone'
            """, [.uuid(key.event.bits), .int32(key.endpoint.number)])
        return try rows[0].text(0)
    }

    /// Holds a statement up by a lock, ends its session, and lets the lock go.
    func endSession(blockedBy lock: String, while body: @Sendable () async throws -> Void) async throws {
        let blocker = try await PostgresConnection.open(configuration, logger: .silent)
        try await blocker.run(script: "BEGIN; \(lock)")
        async let blocked: Void = body()
        // Not by the session with the lock: within a transaction, the list of sessions stays as it was first seen.
        try await eventually("a statement waits for the lock, and its session is ended") {
            try await pool.query(
                """
                SELECT pg_terminate_backend(a.pid, 5000) FROM pg_stat_activity AS a
                WHERE a.datname = current_database() AND cardinality(pg_blocking_pids(a.pid)) > 0
                """
            ).count > 0
        }
        try await blocker.run(script: "COMMIT")
        await blocker.close()
        try await blocked
    }
}

extension SettlementMetrics {
    static var test: SettlementMetrics {
        SettlementMetrics(directory: { Directory() }, unixMilliseconds: { 1_700_000_000_000 })
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() } }
}
