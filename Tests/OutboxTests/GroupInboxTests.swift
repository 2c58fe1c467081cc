import PostgreSQL
import RelayCore
import TestSupport
import Testing

@testable import Outbox

@Suite struct GroupInboxTests {
    private let lanes = RecordingLanes()

    private func inbox(_ outbox: TestOutbox, maximumCount: Int = 8_192, maximumBytes: Int = 32 << 20) -> GroupInbox {
        GroupInbox(
            pool: outbox.pool, relay: 1, lanes: lanes, maximumCount: maximumCount, maximumBytes: maximumBytes,
            logger: .silent)
    }

    @Test func aLoneEventIsCommittedAndItsAttemptBegunWithoutAClaim() async throws {
        try await TestOutbox.with { outbox in
            let inbox = inbox(outbox)
            let submission = outbox.submission("A1", in: [outbox.erp, outbox.audit])
            let heard = try await whileRunning(inbox) { await inbox.hear(submission) }
            #expect(heard == .stored(isHeldHere: true))
            let begun = lanes.memory.begun
            #expect(begun.map(\.key.endpoint) == [outbox.erp.endpoint, outbox.audit.endpoint])
            #expect(begun.map(\.answersPlatform) == [true, false])
            #expect(begun.allSatisfy { $0.token == 1 && $0.attempt == 1 && $0.event.orderNo == "A1" })
            #expect(lanes.memory.givenBack.isEmpty)
            #expect(try await outbox.number("SELECT count(*) FROM yizhan.outbox WHERE token = 1 AND attempt = 1") == 2)
            // Never later here than in the database.
            let remaining = try await outbox.pool.query(
                "SELECT min(lease_until) - clock_timestamp() FROM yizhan.outbox")
            #expect(try remaining[0].interval(0) >= begun[0].leaseEnds - .now)
        }
    }

    @Test func fiveHundredConcurrentEventsAreEachStoredOnceInFewCommits() async throws {
        try await TestOutbox.with { outbox in
            let inbox = inbox(outbox)
            try await whileRunning(inbox) {
                await withTaskGroup { group in
                    for number in 0..<500 {
                        group.addTask { await inbox.hear(outbox.submission("A\(number)", in: [outbox.erp])) }
                    }
                    for await heard in group { #expect(heard == .stored(isHeldHere: true)) }
                }
            }
            #expect(try await outbox.number("SELECT count(DISTINCT order_no) FROM yizhan.event") == 500)
            #expect(try await outbox.number("SELECT count(*) FROM yizhan.outbox") == 500)
            #expect(lanes.memory.begun.count == 500)
            #expect(try await outbox.number("SELECT count(DISTINCT xmin::text) FROM yizhan.event") < 250)
        }
    }

    @Test func ofTwoHundredCopiesOfAnOrderOneIsStoredAndTheOthersKnowIt() async throws {
        try await TestOutbox.with { outbox in
            let inbox = inbox(outbox)
            let heard = try await whileRunning(inbox) {
                await withTaskGroup { group in
                    for _ in 0..<200 {
                        group.addTask { await inbox.hear(outbox.submission("A1", in: [outbox.erp])) }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
            }
            let begun = lanes.memory.begun
            try #require(begun.count == 1)
            #expect(heard.count { $0 == .stored(isHeldHere: true) } == 1)
            #expect(heard.count { $0 == .known(begun[0].key, hasSameContent: true, nil) } == 199)
            #expect(lanes.memory.givenBack.count == 199)
            #expect(lanes.memory.givenBack.allSatisfy { !$0.isWanted })
            #expect(try await outbox.number("SELECT repeats::bigint FROM yizhan.repeat") == 199)
        }
    }

    @Test func anOrderWithOtherContentIsAConflictAndOverwritesNothing() async throws {
        try await TestOutbox.with { outbox in
            let inbox = inbox(outbox)
            let first = outbox.submission("A1", content: "one", in: [outbox.erp])
            let heard = try await whileRunning(inbox) {
                _ = await inbox.hear(first)
                return await inbox.hear(outbox.submission("A1", content: "two", in: [outbox.erp]))
            }
            let key = DeliveryKey(event: first.id, endpoint: outbox.erp.endpoint)
            #expect(heard == .known(key, hasSameContent: false, nil))
            #expect(try await outbox.text("SELECT convert_from(fingerprint, 'UTF8') FROM yizhan.event") == "one")
            #expect(try await outbox.number("SELECT conflicts::bigint FROM yizhan.repeat") == 1)
        }
    }

    @Test func aRepeatOfASettledOrderHearsItsOutcomeWithTheAnswer() async throws {
        try await TestOutbox.with { outbox in
            let inbox = inbox(outbox)
            let delivery = try await outbox.lease("A1")
            var report = AttemptReport(delivery, verdict: .settle(.delivered))
            report.answer = [1, 0, 2]
            _ = try await DeliveryBook(pool: outbox.pool, relay: 1, timeout: .seconds(10)).write([report])
            let acceptance = try await whileRunning(inbox) {
                try await inbox.accept(outbox.submission("A1", in: [outbox.erp]))
            }
            guard case .known(let event) = acceptance else {
                Issue.record("unexpected: \(acceptance)")
                return
            }
            #expect(event.outcome?.state == .delivered)
            #expect(event.outcome?.answer == [1, 0, 2])
        }
    }

    @Test func theSecondEventOfAnOrderIsStoredButNotBegunOnAnOrderedEndpoint() async throws {
        try await TestOutbox.with { outbox in
            let inbox = inbox(outbox)
            try await whileRunning(inbox) {
                let first = await inbox.hear(outbox.submission("A1", dedupeKey: "1", in: [outbox.till]))
                let second = await inbox.hear(outbox.submission("A1", dedupeKey: "2", in: [outbox.till, outbox.erp]))
                #expect(first == .stored(isHeldHere: true))
                #expect(second == .stored(isHeldHere: false))
            }
            #expect(lanes.memory.begun.map(\.key.endpoint) == [outbox.till.endpoint, outbox.erp.endpoint])
            #expect(lanes.memory.givenBack.map(\.slot) == [outbox.till])
            #expect(lanes.memory.givenBack.map(\.isWanted) == [true])
        }
    }

    @Test func whatIsTooMuchIsRefusedAtOnceAndItsSlotGivenBack() async throws {
        try await TestOutbox.with { outbox in
            let inbox = inbox(outbox, maximumCount: 2)
            try await withThrowingTaskGroup(of: Heard.self) { group in
                for number in 0..<3 {
                    group.addTask { await inbox.hear(outbox.submission("A\(number)", in: [outbox.erp])) }
                }
                // Nobody takes them yet.
                #expect(try await group.next() == .refused(.full))
                #expect(lanes.memory.givenBack.map(\.slot) == [outbox.erp])
                try await whileRunning(inbox) {
                    for try await heard in group { #expect(heard == .stored(isHeldHere: true)) }
                }
            }
            #expect(try await outbox.number("SELECT count(*) FROM yizhan.event") == 2)
        }
    }

    @Test func aBodyThatDoesNotFitBesideTheOthersIsRefused() async throws {
        try await TestOutbox.with { outbox in
            let inbox = inbox(outbox, maximumBytes: 500)
            #expect(await inbox.hear(outbox.submission("A1", in: [outbox.erp])) == .refused(.full))
        }
    }

    @Test func anEventThatTheDatabaseCannotHoldDoesNotTakeItsNeighboursAlong() async throws {
        try await TestOutbox.with { outbox in
            let inbox = inbox(outbox)
            let heard = try await withThrowingTaskGroup(of: (String, Heard).self) { group in
                for orderNo in ["A1", "A\0", "A2"] {
                    group.addTask { (orderNo, await inbox.hear(outbox.submission(orderNo, in: [outbox.erp]))) }
                }
                return try await whileRunning(inbox) {
                    try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
                }
            }
            #expect(heard["A1"] == .stored(isHeldHere: true))
            #expect(heard["A2"] == .stored(isHeldHere: true))
            #expect(heard["A\0"] == .refused(.unavailable))
            #expect(lanes.memory.givenBack.count == 1)
            #expect(inbox.isAvailable)
        }
    }

    @Test func shuttingDownStoresAllThatWasAccepted() async throws {
        try await TestOutbox.with { outbox in
            let inbox = inbox(outbox)
            try await withThrowingTaskGroup(of: Heard.self) { group in
                let waiting = Signal()
                for number in 0..<1_000 {
                    group.addTask {
                        if number == 999 { waiting.raise() }
                        return await inbox.hear(outbox.submission("A\(number)", in: [outbox.erp]))
                    }
                }
                await waiting.sleep(atMost: .seconds(10))
                try await whileRunning(inbox) {}
                var stored: Int64 = 0
                for try await heard in group {
                    if heard == .stored(isHeldHere: true) { stored += 1 } else { #expect(heard == .refused(.full)) }
                }
                #expect(stored > 0)
                #expect(try await outbox.number("SELECT count(*) FROM yizhan.event") == stored)
                #expect(lanes.memory.begun.count == Int(stored))
                #expect(lanes.memory.givenBack.count == 1_000 - Int(stored))
            }
        }
    }
}
