import PostgreSQL
import RelayCore
import TestSupport
import Testing

@testable import Outbox

/// The functions of `sql/functions`, called by several sessions at once.
@Suite struct TwoSessionTests {
    @Test func noDeliveryIsClaimedTwice() async throws {
        try await TestOutbox.with { outbox in
            try await outbox.addDue((0..<400).map { "A\($0)" })
            let claimed = try await withThrowingTaskGroup(of: [UInt128].self) { group in
                for relay in 1...6 as ClosedRange<Int32> {
                    group.addTask {
                        var claimed: [UInt128] = []
                        var emptyHands = 0
                        // A claim may find all that is left locked by the others, who may take less than they locked.
                        while emptyHands < 20 {
                            let rows = try await outbox.pool.query(
                                "SELECT event_id FROM yizhan.claim($1, '1 hour', '{1}', '{7}')", [.int32(relay)])
                            emptyHands = rows.isEmpty ? emptyHands + 1 : 0
                            for index in 0..<rows.count { claimed.append(try rows[index].uuid(0)) }
                        }
                        return claimed
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == 400)
            #expect(Set(claimed).count == 400)
            #expect(
                try await outbox.number("SELECT count(*) FROM yizhan.outbox WHERE token = 1 AND attempt = 1") == 400)
        }
    }

    /// Whoever comes first, afterwards the delivery is in one place, and a report that won is not lost.
    @Test func settleCancelAndRequeueAtOnceEndInOneTruth() async throws {
        try await TestOutbox.with { outbox in
            let book = DeliveryBook(pool: outbox.pool, relay: 1, timeout: .seconds(10))
            var endings: Set<String> = []
            for round in 0..<60 {
                let delivery = try await outbox.lease("A\(round)")
                async let won = book.write([AttemptReport(delivery, verdict: .settle(.delivered))])
                async let cancelled = outbox.pool.query("SELECT yizhan.cancel($1)", [.text("A\(round)")])
                async let requeued = outbox.pool.query("SELECT yizhan.requeue($1)", [.text("A\(round)")])
                let isSettled = try await !won.isEmpty
                let isCancelled = try await !cancelled.isEmpty
                let isRequeued = await (try? requeued) != nil
                let places = try await outbox.pool.query(
                    """
                    SELECT count(*) FILTER (WHERE k.place = 'outbox'), count(*) FILTER (WHERE k.place = 'outcome')
                    FROM (
                        SELECT 'outbox' AS place, event_id FROM yizhan.outbox
                        UNION ALL SELECT 'outcome', event_id FROM yizhan.outcome
                    ) AS k
                    WHERE k.event_id = $1
                    """, [.uuid(delivery.key.event.bits)])
                #expect(try places[0].int64(0) + places[0].int64(1) == 1)
                // Both only if the requeue came between them.
                #expect(isSettled || isCancelled)
                if isSettled && isCancelled { #expect(isRequeued) }
                let place = try await outbox.whereabouts(delivery.key)
                if !isRequeued { #expect(place == (isSettled ? "delivered" : "cancelled")) }
                endings.insert(place)
                // Whatever happened, what the attempt says once more changes nothing any more.
                _ = try await book.write([AttemptReport(delivery, verdict: .settle(.refused))])
                #expect(try await outbox.whereabouts(delivery.key) == place)
            }
            #expect(endings.count > 1, "the calls never overlapped: \(endings)")
        }
    }

    @Test func twoRequeuesAtOnceMakeOneDelivery() async throws {
        try await TestOutbox.with { outbox in
            let book = DeliveryBook(pool: outbox.pool, relay: 1, timeout: .seconds(10))
            for round in 0..<20 {
                let delivery = try await outbox.lease("A\(round)")
                _ = try await book.write([AttemptReport(delivery, verdict: .settle(.exhausted))])
                let states = try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<3 {
                        group.addTask {
                            try await outbox.pool.query(
                                "SELECT previous_state FROM yizhan.requeue($1)", [.text("A\(round)")])[0].text(0)
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(states.sorted() == ["exhausted", "open", "open"])
                #expect(try await outbox.whereabouts(delivery.key) == "open")
            }
        }
    }

    /// Two relays that get the events of one order at once must not both take theirs for the first.
    @Test func ofAnOrdersEventsStoredByTwoRelaysAtOnceOneIsLeased() async throws {
        try await TestOutbox.with { outbox in
            let store = EventStore(pool: outbox.pool, relay: 1, patience: .seconds(10))
            for round in 0..<30 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for part in 0..<3 {
                        group.addTask {
                            _ = try await store.store([
                                outbox.submission("A\(round)", dedupeKey: "\(part)", in: [outbox.till])
                            ])
                        }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(try await outbox.number("SELECT count(*) FROM yizhan.outbox") == 90)
            #expect(
                try await outbox.number(
                    """
                    SELECT count(*) FROM yizhan.outbox AS q
                    WHERE (q.lease_until IS NOT NULL)
                        <> (q.seq = (SELECT min(o.seq) FROM yizhan.outbox AS o WHERE o.order_key = q.order_key))
                    """) == 0)
        }
    }
}
