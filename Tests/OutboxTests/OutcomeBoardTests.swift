import PostgreSQL
import RelayCore
import TestSupport
import Testing

@testable import Outbox

@Suite struct OutcomeBoardTests {
    private func board(_ outbox: TestOutbox) -> OutcomeBoard {
        OutcomeBoard(pool: outbox.pool, logger: .silent)
    }

    /// As another relay would.
    private func settle(_ delivery: LeasedDelivery, as state: OutcomeState, in outbox: TestOutbox) async throws {
        var report = AttemptReport(delivery, verdict: .settle(state))
        report.answer = [7]
        let won = try await DeliveryBook(pool: outbox.pool, relay: 2, timeout: .seconds(10)).write([report])
        #expect(won.count == 1)
    }

    @Test func whatIsPostedWakesEverybodyWhoWaitsForIt() async throws {
        try await TestOutbox.with { outbox in
            let board = board(outbox)
            let key = try await outbox.lease("A1").key
            let expected = [board.expect(key), board.expect(key)]
            // Nobody looks into the database: the board does not run.
            async let first = board.outcome(expected[0], isHeldHere: true, by: .now + .seconds(60))
            async let second = board.outcome(expected[1], isHeldHere: true, by: .now + .seconds(60))
            board.post(Outcome(key: key, state: .refused, answer: [1]))
            for heard in await [first, second] {
                #expect(heard?.state == .refused)
                #expect(heard?.answer == [1])
            }
        }
    }

    @Test func anOutcomeThatIsThereBeforeAnybodyWaitsIsNotMissed() async throws {
        try await TestOutbox.with { outbox in
            let board = board(outbox)
            let key = try await outbox.lease("A1").key
            let expected = board.expect(key)
            board.post(Outcome(key: key, state: .delivered, answer: nil))
            #expect(await board.outcome(expected, isHeldHere: true, by: .now + .seconds(60))?.state == .delivered)
        }
    }

    @Test func anOutcomeOfAnotherRelayIsFoundInTheDatabase() async throws {
        try await TestOutbox.with { outbox in
            let board = board(outbox)
            let delivery = try await outbox.lease("A1")
            let expected = board.expect(delivery.key)
            let heard = try await whileRunning(board) {
                async let heard = board.outcome(expected, isHeldHere: false, by: .now + .seconds(30))
                try await settle(delivery, as: .delivered, in: outbox)
                return await heard
            }
            #expect(heard?.state == .delivered)
            #expect(heard?.answer == [7])
        }
    }

    @Test func whatIsReleasedIsLookedUp() async throws {
        try await TestOutbox.with { outbox in
            let board = board(outbox)
            let delivery = try await outbox.lease("A1")
            try await settle(delivery, as: .refused, in: outbox)
            let expected = board.expect(delivery.key)
            let heard = try await whileRunning(board) {
                // Held here, it is not looked up.
                let early = await board.outcome(expected, isHeldHere: true, by: .now + .milliseconds(300))
                #expect(early == nil)
                return await withTaskGroup { group in
                    // It may come before the wait begins, so it is said until the outcome is heard.
                    group.addTask {
                        while !Task.isCancelled {
                            board.release(delivery.key)
                            await Task.pause(for: .milliseconds(10))
                        }
                    }
                    defer { group.cancelAll() }
                    return await board.outcome(expected, isHeldHere: true, by: .now + .seconds(30))
                }
            }
            #expect(heard?.state == .refused)
        }
    }

    @Test func atTheDeadlineThereIsNoOutcome() async throws {
        try await TestOutbox.with { outbox in
            let board = board(outbox)
            let expected = board.expect(try await outbox.lease("A1").key)
            try await whileRunning(board) {
                let start = ContinuousClock.now
                #expect(await board.outcome(expected, isHeldHere: false, by: start + .milliseconds(200)) == nil)
                #expect(ContinuousClock.now >= start + .milliseconds(200))
                #expect(ContinuousClock.now < start + .seconds(10))
            }
        }
    }

    @Test func aDatabaseThatHangsHoldsNobodyBeyondTheDeadline() async throws {
        try await TestOutbox.withOwnCluster { outbox, cluster in
            let board = board(outbox)
            let expected = board.expect(try await outbox.lease("A1").key)
            try await whileRunning(board) {
                try await cluster.pause()
                let start = ContinuousClock.now
                #expect(await board.outcome(expected, isHeldHere: false, by: start + .milliseconds(200)) == nil)
                #expect(ContinuousClock.now < start + .seconds(2))
                try await cluster.resume()
            }
        }
    }

    @Test func whatIsDismissedIsForgotten() async throws {
        try await TestOutbox.with { outbox in
            let board = board(outbox)
            let key = try await outbox.lease("A1").key
            let first = board.expect(key)
            let second = board.expect(key)
            board.post(Outcome(key: key, state: .exhausted, answer: nil))
            board.dismiss(first)
            #expect(await board.outcome(second, isHeldHere: true, by: .now)?.state == .exhausted)
            board.dismiss(second)
            board.post(Outcome(key: key, state: .exhausted, answer: nil))
            let third = board.expect(key)
            defer { board.dismiss(third) }
            let heard = try await whileRunning(board) {
                await board.outcome(third, isHeldHere: true, by: .now + .milliseconds(100))
            }
            #expect(heard == nil)
        }
    }

    @Test func whoeverWaitsAtTheEndIsLetGoOnce() async throws {
        try await TestOutbox.with { outbox in
            let board = board(outbox)
            let key = try await outbox.lease("A1").key
            let expected = board.expect(key)
            try await withThrowingTaskGroup(of: OutcomeState?.self) { group in
                group.addTask { await board.outcome(expected, isHeldHere: true, by: .now + .seconds(60))?.state }
                try await whileRunning(board) {}
                board.post(Outcome(key: key, state: .delivered, answer: nil))
                #expect(try await group.next() == .some(nil))
            }
            #expect(await board.outcome(expected, isHeldHere: true, by: .now + .seconds(60)) == nil)
        }
    }

    @Test func whatIsExhaustedIsAskedForAgainOnce() async throws {
        try await TestOutbox.with { outbox in
            let board = board(outbox)
            let delivery = try await outbox.lease("A1")
            #expect(try await board.askAgain(delivery.key) == false)
            try await settle(delivery, as: .exhausted, in: outbox)
            let asked = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 { group.addTask { try await board.askAgain(delivery.key) } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(asked == 1)
            #expect(try await outbox.whereabouts(delivery.key) == "open")
        }
    }

    @Test func askingAgainWhileTheDatabaseIsAwayIsAnError() async throws {
        try await TestOutbox.with { outbox in
            let board = board(outbox)
            let key = try await outbox.lease("A1").key
            outbox.pool.close()
            await #expect(throws: InboxError.unavailable) { try await board.askAgain(key) }
        }
    }
}
