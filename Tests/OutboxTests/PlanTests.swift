import PostgreSQL
import RelayCore
import TestSupport
import Testing

@testable import Outbox

/// What the hot statements read of large tables, planned while the statistics still say that these are empty.
@Suite struct PlanTests {
    private static let rowCount = 100_000

    @Test func theHotStatementsReadNoMoreThanTheyTouch() async throws {
        try await TestOutbox.with { outbox in
            try await fill(outbox)
            try await outbox.pool.withConnection { connection in
                for (name, statement, limit) in Self.statements {
                    let read = try await rowsRead(by: statement, on: connection)
                    #expect(read.scans == 0, "\(name) scans a table")
                    #expect(read.fetched <= limit, "\(name) reads \(read.fetched) rows")
                    #expect(read.fetched > 0, "\(name) did nothing")
                }
            }
        }
    }

    /// Of 100,000 due deliveries of `erp`, as many retries of `audit` that are due later, and outcomes of other events.
    private func fill(_ outbox: TestOutbox) async throws {
        try await outbox.pool.withConnection { connection in
            try await connection.run(
                script: """
                    ALTER TABLE yizhan.event SET (autovacuum_enabled = off);
                    ALTER TABLE yizhan.outbox SET (autovacuum_enabled = off);
                    ALTER TABLE yizhan.outcome SET (autovacuum_enabled = off);
                    """)
            try await connection.run(script: "ANALYZE")
            try await connection.run(
                script: """
                    INSERT INTO yizhan.event (
                        id, app_id, order_no, dedupe_key, type, body, fingerprint, reply_endpoint_id)
                    SELECT md5(n::text)::uuid, 1, 'A' || n, '', 'goods.issue', 'body', 'same', 1
                    FROM generate_series(1, \(Self.rowCount * 2)) AS n;
                    INSERT INTO yizhan.outbox (event_id, endpoint_id, app_id, seq, due_at)
                    SELECT e.id, p, 1, e.seq, now() + interval '1 day' * (p - 1)
                    FROM yizhan.event AS e, generate_series(1, 2) AS p WHERE e.seq <= \(Self.rowCount);
                    UPDATE yizhan.outbox SET token = 1, attempt = 1, lease_until = now() + interval '1 hour'
                    WHERE event_id IN (SELECT md5(n::text)::uuid FROM generate_series(1, 100) AS n);
                    INSERT INTO yizhan.outcome (event_id, endpoint_id, app_id, state, attempts, token)
                    SELECT e.id, 1, 1, 'exhausted', 1, 1 FROM yizhan.event AS e WHERE e.seq > \(Self.rowCount);
                    """)
        }
    }

    /// Name, statement, and how many rows it may fetch by an index.
    private static let statements: [(String, String, Int64)] = [
        ("claim", "SELECT * FROM yizhan.claim(1, '15 s', '{1,2}', '{32,32}')", 32 * 2 + 100),
        ("sample_backlog", "SELECT * FROM yizhan.sample_backlog(50)", 50 * 2),
        (
            "claim from a quota",
            """
            UPDATE yizhan.endpoint SET daily_quota = 5 WHERE id = 1;
            SELECT * FROM yizhan.claim(1, '15 s', '{1,2}', '{32,32}')
            """, 5 + 1 + 100 * 2
        ),
        (
            "settle",
            """
            SELECT * FROM yizhan.settle(1, \(leased(of: 0)), \(filled("1")), \(filled("1::bigint")),
                \(filled("'delivered'::text")), \(filled("interval '1 s'")), \(filled("1")), \(filled("200")),
                \(filled("NULL::text")), \(filled("NULL::text")), \(filled("NULL::bytea")), \(filled("NULL::text")))
            """, 50 * 2
        ),
        (
            "reschedule",
            """
            SELECT * FROM yizhan.reschedule(1, \(leased(of: 0)), \(filled("1")), \(filled("1::bigint")),
                \(filled("interval '1 s'")), \(filled("'failed'::text")), \(filled("interval '1 s'")), \(filled("1")),
                \(filled("502")), \(filled("NULL::text")), \(filled("NULL::text")))
            """, 50 * 2
        ),
        (
            "give_back",
            "SELECT * FROM yizhan.give_back(\(leased(of: 50)), \(filled("1")), \(filled("1::bigint")), \(filled("interval '0'")), \(filled("false")))",
            50 * 2
        ),
        (
            "recall",
            """
            SELECT * FROM yizhan.recall(\(filled("1")),
                ARRAY(SELECT 'A' || n FROM generate_series(\(rowCount), \(rowCount) + 49) AS n),
                \(filled("''::text")), \(filled("'same'::bytea")), \(filled("NULL::text")))
            """, 50 * 4
        ),
        (
            "outcomes_of",
            """
            SELECT * FROM yizhan.outcomes_of(
                ARRAY(SELECT md5(n::text)::uuid FROM generate_series(\(rowCount) + 1, \(rowCount) + 50) AS n),
                \(filled("1")))
            """, 50
        ),
        (
            "store",
            """
            SELECT * FROM yizhan.store(1, \(new), \(filled("1")),
                ARRAY(SELECT 'new' || n FROM generate_series(1, 50) AS n), \(filled("''::text")), \(filled("'t'::text")),
                \(filled("'b'::bytea")), \(filled("'f'::bytea")), \(filled("3")), \(filled("NULL::text")), \(new),
                \(filled("3")), \(filled("interval '15 s'")), \(filled("true")), \(filled("true")),
                \(filled("'1/'::text")))
            UNION ALL
            SELECT o.event_id, o.endpoint_id, true FROM yizhan.outcome AS o
            WHERE o.event_id = md5('\(rowCount + 1)')::uuid AND o.endpoint_id = 1
            """, 50
        ),
        (
            "ask_again",
            "SELECT yizhan.ask_again(md5('\(rowCount + 1)')::uuid, 1)", 10
        ),
        ("requeue", "SELECT * FROM yizhan.requeue('A\(rowCount + 1)')", 20),
        ("requeue_settled", "SELECT yizhan.requeue_settled('exhausted', max_rows => 50)", 50 * 4),
        ("cancel", "SELECT * FROM yizhan.cancel('A200')", 20),
        ("trace", "SELECT * FROM yizhan.trace('A\(rowCount + 1)')", 40),
    ]

    private static func filled(_ value: String) -> String { "array_fill(\(value), '{50}')" }

    private static func leased(of first: Int) -> String {
        "ARRAY(SELECT md5(n::text)::uuid FROM generate_series(\(first) + 1, \(first) + 50) AS n)"
    }

    private static let new = "ARRAY(SELECT md5('new' || n)::uuid FROM generate_series(1, 50) AS n)"

    /// In a transaction of its own, which is undone. Small tables may be scanned.
    private func rowsRead(
        by statement: String, on connection: isolated PostgresConnection
    ) async throws -> (scans: Int64, fetched: Int64) {
        try await connection.run(script: "BEGIN")
        // The session goes on counting from the transaction before.
        let before = try await readSoFar(connection)
        try await connection.run(script: statement)
        let after = try await readSoFar(connection)
        try await connection.run(script: "ROLLBACK")
        return (after.scans - before.scans, after.fetched - before.fetched)
    }

    private func readSoFar(_ connection: isolated PostgresConnection) async throws -> (scans: Int64, fetched: Int64) {
        let counts = try await connection.query(
            """
            SELECT sum(s.seq_scan)::bigint, sum(s.idx_tup_fetch)::bigint FROM pg_stat_xact_user_tables AS s
            WHERE s.schemaname = 'yizhan' AND s.relname IN ('event', 'outbox', 'outcome')
            """)
        return (try counts[0].int64(0), try counts[0].int64(1))
    }
}
