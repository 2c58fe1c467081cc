import PostgreSQL
import RelayCore
import TestSupport
import Testing

@testable import Outbox

@Suite struct StoredCallLedgerTests {
    private func ledger(_ outbox: TestOutbox) -> StoredCallLedger {
        StoredCallLedger(pool: outbox.pool, logger: .silent)
    }

    @Test func relaysThatTakeCallsAtOnceNeverTakeMoreThanThereAre() async throws {
        try await TestOutbox.with { outbox in
            let taken = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<6 {
                    let ledger = ledger(outbox)
                    group.addTask {
                        var taken = 0
                        for _ in 0..<50 where try await ledger.takeCall(of: outbox.app, limit: 100) { taken += 1 }
                        return taken
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(taken == 100)
            let balance = try await ledger(outbox).balance(of: outbox.app, limit: 100, orderTypes: [4])
            #expect(balance.callsLeft == 0 && balance.lag == nil)
            #expect(balance.resetsIn > .zero && balance.resetsIn <= .seconds(86_400))
        }
    }

    @Test func aRaiseCountsAtOnceAndWithoutALimitThereIsNoNumberOfCallsLeft() async throws {
        try await TestOutbox.with { outbox in
            let ledger = ledger(outbox)
            let isTaken = try await ledger.takeCall(of: outbox.app, limit: 1)
            #expect(isTaken)
            let isTaken2 = try await ledger.takeCall(of: outbox.app, limit: 1)
            #expect(!isTaken2)
            let left = try await ledger.balance(of: outbox.app, limit: 3, orderTypes: []).callsLeft
            #expect(left == 2)
            let isTaken3 = try await ledger.takeCall(of: outbox.app, limit: nil)
            #expect(isTaken3)
            let left2 = try await ledger.balance(of: outbox.app, limit: nil, orderTypes: []).callsLeft
            #expect(left2 == nil)
        }
    }

    @Test func whatThePlatformCallsUsedUpIsUsedUpForEverybody() async throws {
        try await TestOutbox.with { outbox in
            try await ledger(outbox).useUp(outbox.app, limit: nil)
            let isTaken = try await ledger(outbox).takeCall(of: outbox.app, limit: nil)
            #expect(!isTaken)
            let left = try await ledger(outbox).balance(of: outbox.app, limit: nil, orderTypes: []).callsLeft
            #expect(left == 0)
            let isTaken2 = try await ledger(outbox).takeCall(of: AppID(2), limit: nil)
            #expect(isTaken2)
        }
    }

    @Test func aMonthsOrdersAreCountedOnceEach() async throws {
        try await TestOutbox.with { outbox in
            let store = EventStore(pool: outbox.pool, relay: 1, patience: .seconds(10))
            _ = try await store.store(
                ["1/a", "8/a", "8/b"].map { outbox.submission("A", dedupeKey: $0, in: [outbox.till]) })
            _ = try await store.store([outbox.submission("B", dedupeKey: "1/a", in: [outbox.till])])
            let orders = try await ledger(outbox).monthlyOrders(of: outbox.app)
            #expect(orders == 2)
        }
    }

    /// The index holds all that is counted, and a month of orders is read in it, not sorted by number.
    @Test func countingReadsNothingButTheIndex() async throws {
        try await TestOutbox.with { outbox in
            try await outbox.run(
                """
                INSERT INTO yizhan.event (
                    id, app_id, order_no, dedupe_key, type, body, fingerprint, reply_endpoint_id, received_at)
                SELECT md5(n::text)::uuid, 1 + n % 4, 'N' || n / 3, n % 3 || '/x', 't', '', '', 1,
                    now() - n * interval '1 second'
                FROM generate_series(1, 20000) AS n
                """)
            try await outbox.run("VACUUM ANALYZE yizhan.event")
            let plan = try await outbox.pool.query(
                """
                EXPLAIN SELECT k.order_no FROM yizhan.event AS k
                WHERE k.app_id = 1 AND k.dedupe_key <> '' AND k.order_no <> 'callback_key'
                    AND k.received_at >= now() - interval '1 hour' AND k.received_at <= now()
                ORDER BY k.received_at LIMIT 100000
                """)
            var text = ""
            for index in 0..<plan.count { text += try plan[index].text(0) + "\n" }
            #expect(text.contains("event_of_app"), "\(text)")
            #expect(!text.contains("Sort"), "\(text)")
        }
    }
}
