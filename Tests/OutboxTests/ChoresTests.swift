import PostgreSQL
import RelayCore
import Synchronization
import TestSupport
import Testing

@testable import Outbox

@Suite struct ChoresTests {
    /// Counts how often it is done, and fails the first time.
    private final class Tick: Chore {
        let name = "tick"
        let every: Duration
        private let counted = Mutex(0)

        init(every: Duration) {
            self.every = every
        }

        var count: Int { counted.withLock { $0 } }

        func carryOut(on pool: PostgresPool) async throws {
            let count = counted.withLock { count in
                count += 1
                return count
            }
            if count == 1 { throw PostgresError.closed }
        }
    }

    @Test func ofAllRelaysOneDoesAChore() async throws {
        try await TestOutbox.with { outbox in
            let ticks = (1...3).map { _ in Tick(every: .seconds(3_600)) }
            let chores = ticks.map { Chores(pool: outbox.pool, chores: [$0], logger: .silent) }
            try await whileRunning(chores[0]) {
                try await whileRunning(chores[1]) {
                    try await whileRunning(chores[2]) {
                        try await eventually("it is done") { ticks.contains { $0.count == 1 } }
                        try await outbox.run("UPDATE yizhan.chore SET begun_at = begun_at - interval '2 hours'")
                        try await eventually("it is done again") { ticks.reduce(0) { $0 + $1.count } == 2 }
                    }
                }
            }
            #expect(ticks.reduce(0) { $0 + $1.count } == 2)
        }
    }

    @Test func aChoreThatFailedIsDoneAgainWhenItIsDue() async throws {
        try await TestOutbox.with { outbox in
            let tick = Tick(every: .milliseconds(5))
            try await whileRunning(Chores(pool: outbox.pool, chores: [tick], logger: .silent)) {
                try await eventually("it is done after it failed") { tick.count >= 3 }
            }
        }
    }

    @Test func whatIsOldIsRemovedInBatchesAndWhatIsOpenStays() async throws {
        try await TestOutbox.with { outbox in
            // The clock of the tests' ids stands in November 2023.
            try await outbox.addDue(["open"])
            try await outbox.run(
                """
                INSERT INTO yizhan.event (id, app_id, order_no, dedupe_key, type, body, fingerprint, reply_endpoint_id)
                SELECT overlay(yizhan.first_event_id('2023-11-01'::timestamptz)::text PLACING lpad(to_hex(n), 12, '0') FROM 25)
                    ::uuid, 1, 'A' || n, '', 'goods.issue', 'body', 'same', 1
                FROM generate_series(1, 1200) AS n
                """)
            try await RemoveOld(retention: { Retention(attempts: .seconds(86_400)) }).carryOut(on: outbox.pool)
            #expect(try await outbox.number("SELECT count(*) FROM yizhan.event") == 1_201)
            try await RemoveOld(retention: { Retention(events: .seconds(36_500 * 86_400)) }).carryOut(on: outbox.pool)
            #expect(try await outbox.number("SELECT count(*) FROM yizhan.event") == 1_201)
            try await RemoveOld(retention: { Retention(events: .seconds(86_400)) }).carryOut(on: outbox.pool)
            #expect(try await outbox.text("SELECT string_agg(order_no, ',') FROM yizhan.event") == "open")
        }
    }

    @Test func whatGrewTooOldBehindAQuotaExpires() async throws {
        try await TestOutbox.with { outbox in
            try await outbox.run("UPDATE yizhan.endpoint SET daily_quota = 1, expire_after = '1 hour'")
            try await outbox.addDue((1...600).map { "A\($0)" })
            try await outbox.addDue(["young"])
            try await outbox.run(
                """
                UPDATE yizhan.outbox AS q SET opened_at = now() - interval '2 hours' FROM yizhan.event AS e
                WHERE e.id = q.event_id AND e.order_no <> 'young'
                """)
            try await ExpireHeld(relay: 7).carryOut(on: outbox.pool)
            #expect(try await outbox.number("SELECT count(*) FROM yizhan.outcome WHERE state = 'expired'") == 600)
            #expect(try await outbox.number("SELECT count(*) FROM yizhan.outbox") == 1)
        }
    }
}
