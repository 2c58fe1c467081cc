import RelayCore
import TestSupport
import Testing

@testable import Outbox

@Suite struct GroupLedgerTests {
    /// How many reports are said to be written.
    private let written = Counted()

    private func ledger(_ outbox: TestOutbox) -> GroupLedger {
        GroupLedger(
            pool: outbox.pool, relay: 1, outcomes: OutcomeBoard(pool: outbox.pool, logger: .silent),
            metrics: .test, logger: .silent)
    }

    private func record(_ reports: AttemptReport..., in ledger: GroupLedger) {
        for report in reports { ledger.record(report) { [written] _ in written.add() } }
    }

    @Test func everyVerdictIsWritten() async throws {
        try await TestOutbox.with { outbox in
            let ledger = ledger(outbox)
            let deliveries = try await ["delivered", "failed", "interrupted", "not started"].asyncMap(outbox.lease)
            var delivered = AttemptReport(deliveries[0], verdict: .settle(.delivered))
            delivered.startedAt = .now - .seconds(3)
            delivered.took = .milliseconds(2_500)
            delivered.httpStatus = 204
            delivered.answer = [7]
            delivered.warning = "no such product"
            try await whileRunning(ledger) {
                record(
                    delivered,
                    AttemptReport(deliveries[1], verdict: .reschedule(after: .seconds(60)), reason: "HTTP 502"),
                    AttemptReport(deliveries[2], verdict: .interrupted, reason: "the relay stopped"),
                    AttemptReport(deliveries[3], verdict: .notStarted), in: ledger)
                try await eventually("all four are written") { written.count == 4 }
            }
            #expect(
                try await outbox.text(
                    """
                    SELECT concat_ws(' ', o.state, o.took_ms, o.http_status, o.answer, o.warning,
                        o.settled_at - o.started_at BETWEEN '2 s' AND '10 s')
                    FROM yizhan.outcome AS o
                    """) == #"delivered 2500 204 \x07 no such product t"#)
            #expect(
                try await outbox.text(
                    """
                    SELECT string_agg(
                        concat_ws(' ', e.order_no, q.attempt, q.due_at > now() + interval '50 s', t.result, t.reason),
                        ', ' ORDER BY e.seq)
                    FROM yizhan.outbox AS q JOIN yizhan.event AS e ON e.id = q.event_id
                    LEFT JOIN yizhan.attempt AS t USING (event_id, endpoint_id)
                    WHERE q.lease_until IS NULL
                    """) == "failed 1 t failed HTTP 502, interrupted 1 f interrupted the relay stopped, not started 0 f"
            )
        }
    }

    @Test func aReportWithAnOlderTokenChangesNothing() async throws {
        try await TestOutbox.with { outbox in
            let ledger = ledger(outbox)
            let late = try await outbox.lease("A1")
            try await outbox.run("UPDATE yizhan.outbox SET token = 2")
            try await whileRunning(ledger) {
                record(AttemptReport(late, verdict: .settle(.delivered)), in: ledger)
                try await eventually("it is said to be dealt with") { written.count == 1 }
            }
            #expect(try await outbox.whereabouts(late.key) == "open")
        }
    }

    @Test func aLateReportBesideTheOneThatCountsIsNobodysOutcome() async throws {
        try await TestOutbox.with { outbox in
            let board = OutcomeBoard(pool: outbox.pool, logger: .silent)
            let ledger = GroupLedger(pool: outbox.pool, relay: 1, outcomes: board, metrics: .test, logger: .silent)
            let late = try await outbox.lease("A1")
            try await outbox.run("UPDATE yizhan.outbox SET token = 2")
            let current = LeasedDelivery(
                key: late.key, event: late.event, attempt: 2, token: 2, leaseEnds: late.leaseEnds, age: late.age,
                answersPlatform: true)
            let expected = board.expect(late.key)
            // Both are there before the ledger begins, so that they are one group.
            record(
                AttemptReport(late, verdict: .settle(.refused)),
                AttemptReport(current, verdict: .reschedule(after: .seconds(60))), in: ledger)
            try await whileRunning(ledger) {
                try await eventually("both are dealt with") { written.count == 2 }
            }
            #expect(try await outbox.whereabouts(late.key) == "open")
            let heard = try await whileRunning(board) {
                await board.outcome(expected, isHeldHere: true, by: .now + .milliseconds(100))
            }
            #expect(heard == nil)
        }
    }

    @Test func aNULInWhatAMerchantSaysIsNoHindrance() async throws {
        try await TestOutbox.with { outbox in
            let ledger = ledger(outbox)
            let delivery = try await outbox.lease("A1")
            var report = AttemptReport(delivery, verdict: .settle(.refused), reason: "no\0more")
            report.answerStart = "\0"
            report.warning = "\0"
            try await whileRunning(ledger) {
                record(report, in: ledger)
                try await eventually("it is written") { written.count == 1 }
            }
            #expect(try await outbox.text("SELECT o.reason FROM yizhan.outcome AS o") == "no\u{FFFD}more")
        }
    }

    @Test func aReportThatTheDatabaseCannotHoldDoesNotTakeTheOthersAlong() async throws {
        try await TestOutbox.with { outbox in
            let ledger = ledger(outbox)
            let deliveries = try await ["A1", "A2", "A3"].asyncMap(outbox.lease)
            var impossible = AttemptReport(deliveries[1], verdict: .settle(.delivered))
            impossible.httpStatus = 40_000
            record(
                AttemptReport(deliveries[0], verdict: .settle(.delivered)), impossible,
                AttemptReport(deliveries[2], verdict: .settle(.delivered)), in: ledger)
            try await whileRunning(ledger) {
                try await eventually("all three are dealt with") { written.count == 3 }
            }
            #expect(try await outbox.whereabouts(deliveries[0].key) == "delivered")
            #expect(try await outbox.whereabouts(deliveries[1].key) == "open")
            #expect(try await outbox.whereabouts(deliveries[2].key) == "delivered")
        }
    }

    @Test func aSessionThatEndsDuringTheWriteIsMadeUpForOnce() async throws {
        try await TestOutbox.with { outbox in
            let ledger = ledger(outbox)
            let settled = try await outbox.lease("A1")
            let failed = try await outbox.lease("A2")
            try await whileRunning(ledger) {
                try await outbox.endSession(blockedBy: "LOCK TABLE yizhan.outbox IN SHARE MODE") {
                    record(
                        AttemptReport(settled, verdict: .settle(.delivered)),
                        AttemptReport(failed, verdict: .reschedule(after: .seconds(60))), in: ledger)
                }
                try await eventually("both are written") { written.count == 2 }
            }
            #expect(try await outbox.whereabouts(settled.key) == "delivered")
            #expect(try await outbox.number("SELECT count(*) FROM yizhan.attempt") == 1)
        }
    }

    @Test func whatCannotBeWrittenWhileTheDatabaseIsAwayIsWrittenAfterwards() async throws {
        try await TestOutbox.withOwnCluster { outbox, cluster in
            let ledger = ledger(outbox)
            let delivery = try await outbox.lease("A1")
            try await whileRunning(ledger) {
                try await cluster.crash()
                record(AttemptReport(delivery, verdict: .settle(.delivered)), in: ledger)
                try await cluster.start()
                try await eventually(within: .seconds(20), "it is written") { written.count == 1 }
            }
            #expect(try await outbox.whereabouts(delivery.key) == "delivered")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func itStopsWhileTheDatabaseIsAwayAndLeavesTheRestToTheLeases() async throws {
        try await TestOutbox.withOwnCluster { outbox, cluster in
            let ledger = ledger(outbox)
            let delivery = try await outbox.lease("A1")
            try await cluster.crash()
            let start = try await whileRunning(ledger) {
                record(AttemptReport(delivery, verdict: .settle(.delivered)), in: ledger)
                return ContinuousClock.now
            }
            #expect(ContinuousClock.now - start < .seconds(30))
            #expect(written.count == 1)
            try await cluster.start()
            #expect(try await outbox.whereabouts(delivery.key) == "open")
        }
    }

    @Test func shuttingDownWritesAllThatWasRecorded() async throws {
        try await TestOutbox.with { outbox in
            let ledger = ledger(outbox)
            let deliveries = try await (0..<300).map { "A\($0)" }.asyncMap(outbox.lease)
            for delivery in deliveries { record(AttemptReport(delivery, verdict: .settle(.delivered)), in: ledger) }
            try await whileRunning(ledger) {}
            #expect(written.count == 300)
            #expect(try await outbox.number("SELECT count(*) FROM yizhan.outcome") == 300)
            // Afterwards nobody waits for what nobody writes.
            record(AttemptReport(deliveries[0], verdict: .settle(.delivered)), in: ledger)
            #expect(written.count == 301)
        }
    }

    @Test func anEndpointThatIsGonePausesOnlyWhenTheReportCounts() async throws {
        try await TestOutbox.with { outbox in
            let ledger = ledger(outbox)
            let delivery = try await outbox.lease("A1")
            try await outbox.run("UPDATE yizhan.outbox SET token = 2")
            var report = AttemptReport(delivery, verdict: .settle(.refused), reason: "HTTP 410")
            report.pausesEndpoint = true
            try await whileRunning(ledger) {
                record(report, in: ledger)
                try await eventually("it is dealt with") { written.count == 1 }
                #expect(try await outbox.number("SELECT count(paused_at) FROM yizhan.endpoint") == 0)
                try await outbox.run("UPDATE yizhan.outbox SET token = 1")
                record(report, in: ledger)
                try await eventually("it is written") { written.count == 2 }
            }
            #expect(
                try await outbox.text(
                    "SELECT name || ' ' || paused_reason FROM yizhan.endpoint WHERE paused_at IS NOT NULL")
                    == "erp HTTP 410")
        }
    }
}
