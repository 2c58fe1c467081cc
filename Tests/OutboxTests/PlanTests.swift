import PostgreSQL
import RelayCore
import TestSupport
import Testing

@testable import Outbox

/// What the hot statements read of large tables.
///
/// Their plans are older than the tables' rows: the session made them when the first order came, with statistics that were
/// taken while the tables were empty, and no autovacuum throws them away.
@Suite struct PlanTests {
    private static let rowCount = 100_000
    private static let tables = ["event", "outbox", "outcome", "attempt", "repeat"]

    @Test(arguments: [false, true]) func theHotStatementsReadNoMoreThanTheyTouch(whileASnapshotIsHeld: Bool)
        async throws
    {
        try await TestOutbox.with { outbox in
            try await outbox.pool.withConnection { connection in
                for table in Self.tables {
                    try await connection.run(script: "ALTER TABLE yizhan.\(table) SET (autovacuum_enabled = off)")
                }
                try await connection.run(script: "ANALYZE")
                // The claimer looks before there is anything.
                _ = try await reads(of: Self.claim, on: connection)
                // PostgreSQL may change a plan after five executions.
                try await fill("unnest(ARRAY[1, 200])", on: connection)
                for statement in Self.statements where !statement.needsOutcome {
                    for _ in 1...6 { _ = try await reads(of: statement, on: connection) }
                }
                try await fill("unnest(ARRAY[\(Self.rowCount + 1)])", on: connection)
                for statement in Self.statements where statement.needsOutcome {
                    for _ in 1...6 { _ = try await reads(of: statement, on: connection) }
                }
                for table in Self.tables { try await connection.run(script: "DELETE FROM yizhan.\(table)") }

                let other = try await PostgresConnection.open(outbox.configuration, logger: .silent)
                if whileASnapshotIsHeld {
                    try await other.run(
                        script: "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM yizhan.outbox")
                }
                try await fill("generate_series(1, \(Self.rowCount * 2))", on: connection)
                try await wear(connection)
                for statement in Self.statements where !(whileASnapshotIsHeld && statement.readsEverythingDead) {
                    // Once nobody can see it any more, whoever reads what is dead marks it for those that come later.
                    if statement.readsEverythingDead { _ = try await self.reads(of: statement, on: connection) }
                    let reads = try await reads(of: statement, on: connection)
                    let name = statement.name
                    #expect(reads.scans == 0, "\(name) scans a table")
                    #expect(reads.entries <= statement.entries, "\(name) reads \(reads.entries) entries of indexes")
                    #expect(reads.pages <= statement.pages, "\(name) reads \(reads.pages) pages")
                    #expect(reads.pages > 0, "\(name) did nothing")
                }
                await other.close()
            }
        }
    }

    /// The lower half of the numbers are deliveries: due ones of `erp`, each with an attempt, and as many of `audit` that
    /// are due later; the upper half are outcomes.
    private func fill(_ numbers: String, on connection: isolated PostgresConnection) async throws {
        let events = "\(numbers) AS n JOIN yizhan.event AS e ON e.id = md5(n::text)::uuid"
        try await connection.run(
            script: """
                INSERT INTO yizhan.event (
                    id, app_id, order_no, dedupe_key, type, body, fingerprint, reply_endpoint_id)
                SELECT md5(n::text)::uuid, 1, 'A' || n, '', 'goods.issue', 'body', 'same', 1
                FROM \(numbers) AS n;
                INSERT INTO yizhan.outbox (event_id, endpoint_id, app_id, seq, due_at)
                SELECT e.id, p, 1, e.seq, now() + interval '1 day' * (p - 1)
                FROM \(events), generate_series(1, 2) AS p WHERE n <= \(Self.rowCount);
                UPDATE yizhan.outbox SET token = 1, attempt = 1, lease_until = now() + interval '1 hour'
                WHERE event_id IN (SELECT md5(n::text)::uuid FROM generate_series(1, 100) AS n);
                INSERT INTO yizhan.attempt (event_id, endpoint_id, token, attempt, result)
                SELECT e.id, 1, 0, 1, 'failed' FROM \(events) WHERE n <= \(Self.rowCount);
                INSERT INTO yizhan.outcome (event_id, endpoint_id, app_id, state, attempts, token, settled_at)
                SELECT e.id, 1, 1, 'exhausted', 1, 1, now() - interval '1 hour'
                FROM \(events) WHERE n > \(Self.rowCount);
                """)
    }

    /// Dead entries in every index of the outbox, also before all that is due, and dead rows on its pages.
    private func wear(_ connection: isolated PostgresConnection) async throws {
        try await connection.run(
            script: """
                INSERT INTO yizhan.outbox (event_id, endpoint_id, app_id, seq, due_at)
                SELECT id, 1, 1, seq, now() - interval '1 hour' FROM yizhan.event WHERE order_no IN (
                    SELECT 'A' || n FROM generate_series(\(Self.rowCount) + 1, \(Self.rowCount) * 2) AS n);
                DELETE FROM yizhan.outbox WHERE due_at < now() - interval '30 minutes';
                """)
        for _ in 1...2 {
            try await connection.run(
                script: """
                    UPDATE yizhan.outbox SET due_at = due_at - interval '1 s' WHERE endpoint_id = 2;
                    UPDATE yizhan.outbox SET lease_owner = 1 WHERE endpoint_id = 1;
                    """)
        }
    }

    private struct HotStatement {
        let name: String
        let sql: String
        /// How many entries of indexes it may read, and how many pages of everything.
        let entries: Int64
        let pages: Int
        /// In the same transaction.
        var before = ""
        /// It is an error while nothing is settled.
        var needsOutcome = false
        /// It begins before what was delivered since the oldest snapshot was taken: what comes now and then may.
        var readsEverythingDead = false
    }

    private static let claim = HotStatement(
        name: "claim", sql: "SELECT * FROM yizhan.claim(1, '15 s', '{1,2}', '{32,32}', \(floors))",
        entries: 32 * 2 + 100, pages: 32 * 12)

    /// What was delivered in the hours before lies before them.
    private static let floors = "ARRAY[now() - interval '5 minutes', now() - interval '5 minutes']"

    private static let statements = [
        claim,
        HotStatement(
            name: "first_due", sql: "SELECT * FROM yizhan.first_due('{1,2}', \(floors))", entries: 4, pages: 40),
        HotStatement(
            name: "claim from a quota", sql: "SELECT * FROM yizhan.claim(1, '15 s', '{1,2}', '{32,32}', \(floors))",
            entries: 5 + 1 + 100 * 2, pages: 5 * 12 + 200,
            before: "UPDATE yizhan.endpoint SET daily_quota = 5 WHERE id = 1"),
        HotStatement(
            name: "settle",
            sql: """
                SELECT * FROM yizhan.settle(1, \(leased(of: 0)), \(filled("1")), \(filled("1::bigint")),
                    \(filled("'delivered'::text")), \(filled("interval '1 s'")), \(filled("1")), \(filled("200")),
                    \(filled("NULL::text")), \(filled("NULL::text")), \(filled("NULL::bytea")), \(filled("NULL::text")))
                """, entries: 50 * 6, pages: 50 * 30),
        HotStatement(
            name: "settle again",
            sql: """
                SELECT * FROM yizhan.settle(1, \(settled), \(filled("1")), \(filled("1::bigint")),
                    \(filled("'exhausted'::text")), \(filled("interval '1 s'")), \(filled("1")), \(filled("200")),
                    \(filled("NULL::text")), \(filled("NULL::text")), \(filled("NULL::bytea")), \(filled("NULL::text")))
                """, entries: 50 * 2, pages: 50 * 10),
        HotStatement(
            name: "reschedule",
            sql: """
                SELECT * FROM yizhan.reschedule(1, \(leased(of: 0)), \(filled("1")), \(filled("1::bigint")),
                    \(filled("interval '1 s'")), \(filled("'failed'::text")), \(filled("interval '1 s'")), \(filled("1")),
                    \(filled("502")), \(filled("NULL::text")), \(filled("NULL::text")))
                """, entries: 50 * 6, pages: 50 * 30),
        HotStatement(
            name: "give_back",
            sql: """
                SELECT * FROM yizhan.give_back(\(leased(of: 50)), \(filled("1")), \(filled("1::bigint")),
                    \(filled("interval '0'")), \(filled("false")))
                """, entries: 50 * 6, pages: 50 * 24),
        HotStatement(
            name: "store",
            sql: """
                SELECT * FROM yizhan.store(1, \(new), \(filled("1")),
                    ARRAY(SELECT 'new' || n FROM generate_series(1, 50) AS n), \(filled("''::text")), \(filled("'t'::text")),
                    \(filled("'b'::bytea")), \(filled("'f'::bytea")), \(filled("3")), \(filled("NULL::text")), \(new),
                    \(filled("3")), \(filled("interval '15 s'")), \(filled("true")), \(filled("true")),
                    \(filled("'1/'::text")))
                """, entries: 50, pages: 50 * 50),
        HotStatement(
            name: "store what is known",
            sql: """
                SELECT * FROM yizhan.store(1, \(new), \(filled("1")), \(known), \(filled("''::text")),
                    \(filled("'t'::text")), \(filled("'b'::bytea")), \(filled("'same'::bytea")), \(filled("1")),
                    \(filled("NULL::text")), \(new), \(filled("1")), \(filled("interval '15 s'")), \(filled("false")),
                    \(filled("false")), \(filled("NULL::text")))
                """, entries: 50, pages: 50 * 8),
        HotStatement(
            name: "recall",
            sql: """
                SELECT * FROM yizhan.recall(
                    \(filled("1")), \(known), \(filled("''::text")), \(filled("'same'::bytea")), \(filled("NULL::text")))
                """, entries: 50 * 3, pages: 50 * 20),
        HotStatement(
            name: "missing_orders", sql: "SELECT yizhan.missing_orders(1, \(known), \(filled("'1/'::text")))",
            entries: 50,
            pages: 50 * 8),
        HotStatement(
            name: "outcomes_of", sql: "SELECT * FROM yizhan.outcomes_of(\(settled), \(filled("1")))", entries: 50,
            pages: 50 * 5),
        HotStatement(
            name: "ask_again", sql: "SELECT yizhan.ask_again(md5('\(rowCount + 1)')::uuid, 1)", entries: 10, pages: 150),
        HotStatement(
            name: "requeue", sql: "SELECT * FROM yizhan.requeue('A\(rowCount + 1)')", entries: 15, pages: 150,
            needsOutcome: true),
        HotStatement(
            name: "requeue to an endpoint", sql: "SELECT * FROM yizhan.requeue('A\(rowCount + 1)', 'rrx', 'erp')",
            entries: 15, pages: 150, needsOutcome: true),
        HotStatement(
            name: "requeue_settled", sql: "SELECT yizhan.requeue_settled('exhausted', max_rows => 50)", entries: 50 * 6,
            pages: 50 * 40),
        HotStatement(
            name: "requeue_settled of an endpoint",
            sql: "SELECT yizhan.requeue_settled('exhausted', 'erp', now() - interval '1 day', max_rows => 50)",
            entries: 50 * 6, pages: 50 * 40),
        HotStatement(name: "cancel", sql: "SELECT * FROM yizhan.cancel('A200')", entries: 10, pages: 150),
        HotStatement(
            name: "trace", sql: "SELECT * FROM yizhan.trace('A\(rowCount + 1)')", entries: 30, pages: 250,
            needsOutcome: true),
        // What happens by the clock.
        HotStatement(
            name: "sample_backlog", sql: "SELECT * FROM yizhan.sample_backlog(50)", entries: 50 * 6,
            pages: 50 * 7 + 1_000, readsEverythingDead: true),
        HotStatement(
            name: "remove_old_events", sql: "SELECT yizhan.remove_old_events('60 years', 50)", entries: 0, pages: 20),
        HotStatement(
            name: "remove_old_attempts", sql: "SELECT yizhan.remove_old_attempts('60 years', 50)", entries: 0, pages: 20
        ),
        HotStatement(
            name: "due_alerts",
            sql: "SELECT * FROM yizhan.due_alerts('{2}', '{dead_letters}', '{NULL}', '{5 min}', '{5}', '{1 h}')",
            entries: 0, pages: 50),
    ]

    private static func filled(_ value: String) -> String { "array_fill(\(value), '{50}')" }

    private static func leased(of first: Int) -> String {
        "ARRAY(SELECT md5(n::text)::uuid FROM generate_series(\(first) + 1, \(first) + 50) AS n)"
    }

    private static let settled =
        "ARRAY(SELECT md5(n::text)::uuid FROM generate_series(\(rowCount) + 1, \(rowCount) + 50) AS n)"
    private static let known = "ARRAY(SELECT 'A' || n FROM generate_series(\(rowCount), \(rowCount) + 49) AS n)"
    private static let new = "ARRAY(SELECT md5('new' || n)::uuid FROM generate_series(1, 50) AS n)"

    private typealias Reads = (scans: Int64, entries: Int64, pages: Int)

    /// In a transaction of its own, which is undone. Small tables may be scanned.
    private func reads(of statement: HotStatement, on connection: isolated PostgresConnection) async throws -> Reads {
        try await connection.run(script: "BEGIN; \(statement.before)")
        // The session goes on counting from the transaction before.
        let before = try await readSoFar(connection)
        let plan = try await connection.query(
            PostgresStatement("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) \(statement.sql)"))
        let after = try await readSoFar(connection)
        try await connection.run(script: "ROLLBACK")
        let top = try JSON(parsing: plan[0].text(0)).arrayValue?.first?["Plan"]
        let pages = ["Shared Hit Blocks", "Shared Read Blocks"].compactMap { top?[$0]?.intValue }
        return (after.scans - before.scans, after.entries - before.entries, pages.reduce(0, +))
    }

    private func readSoFar(
        _ connection: isolated PostgresConnection
    ) async throws -> (scans: Int64, entries: Int64) {
        let counts = try await connection.query(
            """
            SELECT
                coalesce(sum(pg_stat_get_xact_numscans(c.oid)) FILTER (WHERE c.relkind = 'r'), 0)::bigint,
                coalesce(sum(pg_stat_get_xact_tuples_returned(c.oid)) FILTER (WHERE c.relkind = 'i'), 0)::bigint
            FROM pg_class AS c
            LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
            WHERE coalesce(i.indrelid, c.oid) = ANY (
                '{yizhan.event,yizhan.outbox,yizhan.outcome,yizhan.attempt,yizhan.repeat}'::regclass[])
            """)
        return (try counts[0].int64(0), try counts[0].int64(1))
    }
}
