import PostgreSQL
import RelayCore
import TestSupport
import Testing

@testable import Outbox

@Suite struct StoredOrderPollsTests {
    private func polls(_ outbox: TestOutbox, relay: Int32, lease: Duration = .seconds(60)) -> StoredOrderPolls {
        StoredOrderPolls(pool: outbox.pool, relay: relay, lease: lease, logger: .silent)
    }

    private func begun(_ poll: LeasedOrderPoll, pages: Int) -> LeasedOrderPoll {
        var poll = poll
        var window = OrderListWindow(after: nil, now: poll.leasedAt, overlap: .zero)
        for _ in 0..<pages { window.turnPage(total: 1_000) }
        poll.window = window
        return poll
    }

    @Test func ofTwoRelaysOneAsksForTheOrdersOfAKind() async throws {
        try await TestOutbox.with { outbox in
            for round in 0..<20 {
                let type = 100 + round
                let leased = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for relay in 1...4 as ClosedRange<Int32> {
                        let polls = polls(outbox, relay: relay)
                        group.addTask {
                            try await polls.lease([type], of: outbox.app, every: .seconds(600)) != nil
                        }
                    }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(leased == 1)
            }
        }
    }

    @Test func whenARelayDiesInTheMiddleOfAWindowAnotherGoesOnAtThePage() async throws {
        try await TestOutbox.with { outbox in
            let dying = polls(outbox, relay: 1, lease: .milliseconds(300))
            let poll = begun(
                try #require(try await dying.lease([4], of: outbox.app, every: .seconds(600))), pages: 2)
            let isSaved = try await dying.save(poll)
            #expect(isSaved)

            let heir = polls(outbox, relay: 2)
            var inherited: LeasedOrderPoll?
            try await eventually("the lease runs out") {
                inherited = try await heir.lease([4], of: outbox.app, every: .seconds(600))
                return inherited != nil
            }
            var next = try #require(inherited)
            #expect(next.window == poll.window)
            #expect(next.window?.page == 3 && next.window?.total == 1_000)
            #expect(next.token > poll.token)

            // The dead one was only slow: nothing that it writes counts.
            let isSaved2 = try await dying.save(begun(poll, pages: 1))
            #expect(!isSaved2)
            try await dying.giveBack(poll, pause: .seconds(3_600))
            next.coveredUntil = next.window?.until
            next.window = nil
            let isSaved3 = try await heir.save(next)
            #expect(isSaved3)
            try await heir.giveBack(next, pause: nil)
            let leased = try await heir.lease([4], of: outbox.app, every: .seconds(600))
            #expect(leased == nil)
            let again = try #require(try await heir.lease([4], of: outbox.app, every: .zero))
            #expect(again.coveredUntil == poll.window?.until && again.window == nil)
        }
    }

    @Test func whatIsGivenBackInTheMiddleIsDueAtOnceAndAfterAFailureLater() async throws {
        try await TestOutbox.with { outbox in
            let polls = polls(outbox, relay: 1)
            let poll = begun(try #require(try await polls.lease([4], of: outbox.app, every: .seconds(600))), pages: 1)
            let isSaved = try await polls.save(poll)
            #expect(isSaved)
            try await polls.giveBack(poll, pause: nil)
            let again = try #require(try await polls.lease([4], of: outbox.app, every: .seconds(600)))
            #expect(again.window?.page == 2 && again.failures == 0)
            try await polls.giveBack(again, pause: .milliseconds(200))
            let leased = try await polls.lease([4], of: outbox.app, every: .seconds(600))
            #expect(leased == nil)
            var failed: LeasedOrderPoll?
            try await eventually("the pause is over") {
                failed = try await polls.lease([4], of: outbox.app, every: .seconds(600))
                return failed != nil
            }
            #expect(failed?.failures == 1)
        }
    }

    @Test func missingIsWhatHasNoEventOfItsStatus() async throws {
        try await TestOutbox.with { outbox in
            let store = EventStore(pool: outbox.pool, relay: 1, patience: .seconds(10))
            _ = try await store.store([outbox.submission("A", dedupeKey: "1/pushed", in: [outbox.till])])
            let arrivals = [("A", "1/"), ("A", "8/"), ("B", "1/")].map { orderNo, prefix in
                Arrival(
                    type: "order.paid", orderNo: orderNo, dedupeKey: prefix + "reconcile", knownPrefix: prefix,
                    body: [], fingerprint: [])
            }
            let places = try await polls(outbox, relay: 1).missing(arrivals, of: outbox.app)
            #expect(places == [1, 2])
            #expect(try await outbox.number("SELECT count(*) FROM yizhan.repeat") == 0)
        }
    }

    @Test func aDatabaseThatFailsIsSaidSo() async throws {
        try await TestOutbox.with { outbox in
            try await outbox.run("ALTER FUNCTION yizhan.lease_order_poll RENAME TO lease_away")
            await #expect(throws: InboxError.unavailable) {
                _ = try await polls(outbox, relay: 1).lease([4], of: outbox.app, every: .zero)
            }
        }
    }
}
