import Testing

/// One hand-made history for each rule: what the checker does not find here, it finds nowhere.
@Suite struct HistoryCheckerTests {
    @Test func aRunInWhichAllWentWellHasNoViolations() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.store(event: "e1", order: "1")
        run.attempt("e1", order: "1", from: 1, to: 1.2, .answered(status: 500, result: nil))
        run.database.attempts.append(.init(eventID: "e1", endpoint: "erp", token: 1, result: "failed"))
        run.attempt("e1", order: "1", from: 3, to: 3.1, .answered(status: 200, result: 0))
        run.settle("e1", "delivered", token: 2, startedAt: 3, settledAt: 3.2)
        #expect(run.violations.isEmpty)
    }

    @Test func anAcknowledgedOrderThatIsNotStoredIsFound() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        #expect(run.violations.map(\.rule) == [.oneEvent])
    }

    @Test func anOrderWithTwoEventsIsFound() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        for event in ["e1", "e2"] {
            run.store(event: event, order: "1")
            run.database.outbox.append(.init(eventID: event, endpoint: "erp"))
        }
        #expect(run.violations.map(\.rule) == [.oneEvent])
    }

    @Test func aDeliveryOfAnEventThatIsNotStoredIsFound() {
        var run = HandMadeRun()
        run.sendMaybe("1")
        run.attempt("e1", order: "1", from: 1, to: 1.2, .answered(status: 200, result: 0))
        #expect(run.violations.map(\.rule) == [.oneEvent])
    }

    @Test func anAcknowledgedOrdersDeliveryThatIsGoneIsFound() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.store(event: "e1", order: "1")
        #expect(run.violations.map(\.rule) == [.oneOutcome])
    }

    @Test func aDeliveryThatIsBothOpenAndSettledIsFound() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.store(event: "e1", order: "1")
        run.settle("e1", "cancelled", token: 1, settledAt: 1)
        run.database.outbox.append(.init(eventID: "e1", endpoint: "erp"))
        #expect(run.violations.map(\.rule) == [.oneOutcome])
    }

    @Test(arguments: [AttemptEnd.unanswered, .answered(status: 500, result: nil), .answered(status: 200, result: 1)])
    func aDeliveredOneThatTheMerchantDidNotTakeIsFound(end: AttemptEnd) {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.store(event: "e1", order: "1")
        run.attempt("e1", order: "1", from: 1, to: 1.1, end)
        run.settle("e1", "delivered", token: 1, startedAt: 1, settledAt: 1.2)
        #expect(run.violations.map(\.rule) == [.outcomeIsAnswered])
    }

    @Test func aDeliveredOneThatTheMerchantTookOnlyLaterIsFound() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.store(event: "e1", order: "1")
        run.attempt("e1", order: "1", from: 1, to: 1.8, .answered(status: 200, result: 0))
        run.settle("e1", "delivered", token: 1, startedAt: 1, settledAt: 1.2)
        #expect(run.violations.map(\.rule) == [.outcomeIsAnswered])
    }

    @Test func aRefusedOneThatTheMerchantDidNotRefuseIsFound() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.store(event: "e1", order: "1")
        run.attempt("e1", order: "1", from: 1, to: 1.1, .answered(status: 200, result: 0))
        run.settle("e1", "refused", token: 1, startedAt: 1, settledAt: 1.2)
        #expect(run.violations.map(\.rule) == [.outcomeIsAnswered])
    }

    @Test func anOutcomeUnderATokenThatFailedAlreadyIsFound() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.store(event: "e1", order: "1")
        run.attempt("e1", order: "1", from: 1, to: 1.2, .answered(status: 200, result: 0))
        run.database.attempts.append(.init(eventID: "e1", endpoint: "erp", token: 2, result: "failed"))
        run.settle("e1", "delivered", token: 2, startedAt: 1, settledAt: 9)
        #expect(run.violations.map(\.rule) == [.newestLeaseSettles])
    }

    @Test func aLateResultThatSettlesBesideANewerAttemptIsFound() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.store(event: "e1", order: "1")
        run.attempt("e1", order: "1", from: 1, to: 1.2, .answered(status: 200, result: 0))
        run.attempt("e1", order: "1", from: 8, to: 8.9, .answered(status: 500, result: nil))
        run.settle("e1", "delivered", token: 2, startedAt: 1, settledAt: 8.5)
        #expect(run.violations.map(\.rule) == [.newestLeaseSettles])
    }

    @Test func anAttemptAfterTheOutcomeIsFound() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.store(event: "e1", order: "1")
        run.attempt("e1", order: "1", from: 1, to: 1.2, .answered(status: 200, result: 0))
        run.settle("e1", "delivered", token: 1, startedAt: 1, settledAt: 1.3)
        run.attempt("e1", order: "1", from: 1.5, to: 1.6, .answered(status: 200, result: 0))
        #expect(run.violations.map(\.rule) == [.newestLeaseSettles])
    }

    @Test func moreAttemptsThanTheScheduleHasAreFoundAndARequeueBeginsItAnew() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.store(event: "e1", order: "1")
        for number in 0...3 {
            run.attempt(
                "e1", order: "1", from: Double(number) * 2, to: Double(number) * 2 + 0.1,
                .answered(status: 500, result: nil))
        }
        run.settle("e1", "exhausted", token: 8, startedAt: 6, settledAt: 6.2)
        #expect(run.violations.map(\.rule) == [.scheduleIsKept])

        run.database.attempts.append(.init(eventID: "e1", endpoint: "erp", token: 3, result: "exhausted"))
        #expect(run.violations.isEmpty)
    }

    @Test func anOrderedEndpointThatSawTheLaterEventFirstIsFound() {
        var run = HandMadeRun()
        run.terms.orderedEndpoints = ["erp"]
        for (event, seq) in [("e1", 1), ("e2", 2)] {
            // Of one order, which no app of the run has: the checker knows that two events are one too many.
            run.database.events.append(.init(id: event, order: "1", seq: Int64(seq)))
        }
        run.attempt("e2", order: "1", from: 1, to: 1.1, .answered(status: 200, result: 0))
        run.settle("e2", "delivered", token: 1, startedAt: 1, settledAt: 1.2)
        run.attempt("e1", order: "1", from: 2, to: 2.1, .answered(status: 200, result: 0))
        run.settle("e1", "delivered", token: 1, startedAt: 2, settledAt: 2.2)
        #expect(run.violations.map(\.rule) == [.oneEvent, .orderIsKept])
    }

    @Test func aMaybeThatIsStoredWithoutItsDeliveryIsFoundAndOneThatIsNotStoredIsFine() {
        var run = HandMadeRun()
        run.sendMaybe("1")
        #expect(run.violations.isEmpty)
        run.store(event: "e1", order: "1")
        #expect(run.violations.map(\.rule) == [.neverHalf])
    }

    @Test func twoAttemptsAtOnceAreFoundAndOneAfterTheTimeoutIsFine() {
        for (start, expected) in [(1.2, [Violation.Rule.oneAttemptAtATime]), (2.3, [])] {
            var run = HandMadeRun()
            run.sendAcknowledged("1")
            run.store(event: "e1", order: "1")
            run.attempt("e1", order: "1", from: 1, to: 5, .unanswered)
            run.attempt("e1", order: "1", from: start, to: start + 0.1, .answered(status: 200, result: 0))
            run.settle("e1", "delivered", token: 2, startedAt: start, settledAt: start + 0.2)
            #expect(run.violations.map(\.rule) == expected)
        }
    }

    @Test func whatAPausedRelayStillSendsWhenItGoesOnIsNoAttemptUnderALease() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.store(event: "e1", order: "1")
        run.attempt("e1", order: "1", from: 8, to: 8.1, .answered(status: 200, result: 0))
        run.settle("e1", "delivered", token: 2, startedAt: 8, settledAt: 8.2)
        run.entries.append(.init(at: .seconds(9), event: .fault(.resumed(relay: "a"))))
        run.attempt("e1", order: "1", from: 9.1, to: 9.2, .answered(status: 200, result: 0))
        #expect(run.violations.isEmpty)
    }

    @Test func theHistoryOfAnOrderLeavesOtherOrdersOut() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.sendAcknowledged("2")
        run.attempt("e1", order: "1", from: 1, to: 2, .unanswered)
        run.attempt("e2", order: "2", from: 1, to: 2, .unanswered)
        let lines = History(unixSecondsAtZero: 0, entries: run.entries).lines(about: "2")
        #expect(lines.count == 4)
        #expect(lines.allSatisfy { !$0.contains("e1") })
    }
}

/// Times are seconds since the run began, on both clocks.
private struct HandMadeRun {
    var entries: [History.Entry] = []
    var database = DatabaseSnapshot()
    var terms = DeliveryTerms(endpoints: ["erp"], maximumAttempts: 3, timeout: .seconds(1))
    private var numbers = 0

    var violations: [Violation] {
        HistoryChecker(
            history: History(unixSecondsAtZero: 0, entries: entries), database: database, terms: terms
        ).violations()
    }

    mutating func sendAcknowledged(_ order: String) {
        numbers += 1
        entries.append(.init(at: .zero, event: .sent(call: numbers, order: order, relay: "a")))
        entries.append(.init(at: .zero, event: .answered(call: numbers, status: 200, result: 0)))
    }

    mutating func sendMaybe(_ order: String) {
        numbers += 1
        entries.append(.init(at: .zero, event: .sent(call: numbers, order: order, relay: "a")))
        entries.append(.init(at: .zero, event: .answerLost(call: numbers, reason: "the connection was cut")))
    }

    mutating func store(event: String, order: String) {
        database.events.append(.init(id: event, order: order, seq: Int64(database.events.count)))
    }

    mutating func attempt(_ event: String, order: String, from: Double, to: Double, _ end: AttemptEnd) {
        numbers += 1
        let delivery = SeenDelivery(endpoint: "erp", webhookID: event, order: order)
        entries.append(.init(at: .seconds(from), event: .attemptStarted(attempt: numbers, delivery: delivery)))
        entries.append(.init(at: .seconds(to), event: .attemptEnded(attempt: numbers, end: end)))
    }

    mutating func settle(
        _ event: String, _ state: String, token: Int64, startedAt: Double? = nil, settledAt: Double
    ) {
        database.outcomes.append(
            .init(
                eventID: event, endpoint: "erp", state: state, token: token, startedAt: startedAt,
                settledAt: settledAt))
    }
}
