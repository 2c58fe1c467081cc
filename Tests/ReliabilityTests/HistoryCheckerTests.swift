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
        run.terms.orderedApps = ["app"]
        for part in ["1", "2"] { run.store(event: "e\(part)", order: "1", part: part) }
        run.attempt("e2", order: "1", from: 1, to: 1.1, .answered(status: 200, result: 0))
        run.settle("e2", "delivered", token: 1, startedAt: 1, settledAt: 1.2)
        run.attempt("e1", order: "1", from: 2, to: 2.1, .answered(status: 200, result: 0))
        run.settle("e1", "delivered", token: 1, startedAt: 2, settledAt: 2.2)
        #expect(run.violations.map(\.rule) == [.orderIsKept])

        run.entries.append(.init(at: .zero, event: .operatorAsks(.requeue(app: "app", order: "1"))))
        #expect(run.violations.isEmpty, "an operator let the later one pass")
    }

    @Test func aRepeatWithOtherFieldsThatIsTakenIsFound() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.store(event: "e1", order: "1")
        run.database.outbox.append(.init(eventID: "e1", endpoint: "erp"))
        run.sendAcknowledged("1", content: "other")
        #expect(run.violations.map(\.rule) == [.contentIsKept])
    }

    @Test func anEventThatIsStoredWithWhatNobodySentIsFound() {
        var run = HandMadeRun()
        run.sendMaybe("1")
        run.store(event: "e1", order: "1", content: "other")
        run.database.outbox.append(.init(eventID: "e1", endpoint: "erp"))
        #expect(run.violations.map(\.rule) == [.contentIsKept])
    }

    @Test func theSameOrderNumberOfTwoAppsIsTwoOrders() {
        var run = HandMadeRun()
        run.terms.endpoints["other"] = ["erp"]
        for app in ["app", "other"] {
            run.sendAcknowledged("1", app: app)
            run.store(event: app, order: "1", app: app)
            run.database.outbox.append(.init(eventID: app, endpoint: "erp"))
        }
        #expect(run.violations.isEmpty)
    }

    @Test func twoCallsOfOneAttemptAreOneAttempt() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.store(event: "e1", order: "1")
        run.attempt("e1", order: "1", from: 1, to: 1.4, .answered(status: 200, result: 0), span: "a")
        run.attempt("e1", order: "1", from: 1.1, to: 1.2, .answered(status: 200, result: 0), span: "a")
        run.settle("e1", "delivered", token: 1, startedAt: 1, settledAt: 1.5)
        #expect(run.violations.isEmpty)
    }

    @Test func anAttemptUnderALaterTokenThanTheOutcomesIsFound() throws {
        let event = "0198c0de-0000-7000-8000-000000000001"
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.store(event: event, order: "1")
        run.settle(event, "delivered", token: 1, startedAt: 1, settledAt: 1.5)
        run.database.outcomes[0].endpointID = 3
        let spans = try #require(LeaseSpan(run.database.outcomes[0]))
        run.attempt(event, order: "1", from: 1, to: 1.1, .answered(status: 200, result: 0), span: spans.span(1))
        #expect(run.violations.isEmpty)
        run.attempt(event, order: "1", from: 1.2, to: 1.3, .unanswered, span: spans.span(2))
        #expect(run.violations.map(\.rule) == [.newestLeaseSettles])
    }

    @Test func aCallOfAnEarlierLeaseMayBeOnItsWayForAsLongAsALeaseAndNoLonger() throws {
        for (start, expected) in [(7.4, []), (7.7, [Violation.Rule.newestLeaseSettles])] {
            let event = "0198c0de-0000-7000-8000-000000000001"
            var run = HandMadeRun()
            run.sendAcknowledged("1")
            run.store(event: event, order: "1")
            run.settle(event, "delivered", token: 2, startedAt: 1, settledAt: 1.5)
            run.database.outcomes[0].endpointID = 3
            let spans = try #require(LeaseSpan(run.database.outcomes[0]))
            run.attempt(event, order: "1", from: 1, to: 1.1, .answered(status: 200, result: 0), span: spans.span(2))
            run.attempt(event, order: "1", from: start, to: start + 0.1, .unanswered, span: spans.span(1))
            #expect(run.violations.map(\.rule) == expected)
        }
    }

    @Test func theLastCallOfAnExhaustedDeliveryMayBeSeenLateAndThatOfADeliveredOneMayNot() throws {
        for (state, expected) in [("exhausted", []), ("delivered", [Violation.Rule.newestLeaseSettles])] {
            let event = "0198c0de-0000-7000-8000-000000000001"
            var run = HandMadeRun()
            run.sendAcknowledged("1")
            run.store(event: event, order: "1")
            run.settle(event, state, token: 2, startedAt: 1, settledAt: 2)
            run.database.outcomes[0].endpointID = 3
            let spans = try #require(LeaseSpan(run.database.outcomes[0]))
            run.attempt(event, order: "1", from: 0, to: 0.1, .answered(status: 200, result: 0), span: spans.span(1))
            run.attempt(event, order: "1", from: 2.2, to: 2.3, .unanswered, span: spans.span(2))
            #expect(Array(Set(run.violations.map(\.rule))) == expected)
        }
    }

    @Test func anAttemptAfterACancelIsFoundUnlessOneWasInFlightOrItWasRequeued() {
        for (wasInFlight, requeuedAt, expected) in [
            ("f", nil, [Violation.Rule.cancelHolds]), ("t", nil, []), ("f", 2.0, []),
        ] {
            var run = HandMadeRun()
            run.sendAcknowledged("1")
            run.store(event: "e1", order: "1")
            run.cancel("e1", order: "1", wasInFlight: wasInFlight, at: 1)
            if let requeuedAt {
                run.entries.append(
                    .init(at: .seconds(requeuedAt), event: .operatorAsks(.requeue(app: "app", order: "1"))))
            }
            run.attempt("e1", order: "1", from: 3, to: 3.1, .answered(status: 500, result: nil))
            run.settle("e1", "cancelled", token: 2, settledAt: 1)
            #expect(run.violations.map(\.rule) == expected)
        }
    }

    @Test func theAttemptThatACancelLeftInFlightIsInNobodysWay() {
        for (isCancelled, expected) in [(true, []), (false, [Violation.Rule.oneAttemptAtATime])] {
            var run = HandMadeRun()
            run.sendAcknowledged("1")
            run.store(event: "e1", order: "1")
            run.attempt("e1", order: "1", from: 1, to: 1.9, .answered(status: 500, result: nil))
            if isCancelled {
                run.cancel("e1", order: "1", wasInFlight: "t", at: 1.1)
                run.entries.append(
                    .init(at: .seconds(1.2), event: .operatorAsks(.requeue(app: "app", order: "1"))))
            }
            run.attempt("e1", order: "1", from: 1.3, to: 1.4, .answered(status: 200, result: 0))
            run.settle("e1", "delivered", token: 4, startedAt: 1.3, settledAt: 1.5)
            #expect(run.violations.map(\.rule) == expected)
        }
    }

    @Test func aCancelledDeliveryThatEndsOtherwiseIsFound() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.store(event: "e1", order: "1")
        run.attempt("e1", order: "1", from: 0.5, to: 1.2, .answered(status: 200, result: 0))
        run.cancel("e1", order: "1", wasInFlight: "t", at: 1)
        run.settle("e1", "delivered", token: 1, startedAt: 0.5, settledAt: 1.3)
        #expect(run.violations.map(\.rule) == [.cancelHolds])
    }

    @Test func aReportHasTheSeedTheHistoryOfTheOrderConcernedAndTheCommandThatDoesItAgain() {
        var run = HandMadeRun()
        run.sendAcknowledged("1")
        run.sendAcknowledged("2")
        run.store(event: "e1", order: "1")
        run.database.outbox.append(.init(eventID: "e1", endpoint: "erp"))
        run.entries.append(.init(at: .seconds(1), event: .fault(.databaseCrashed)))
        let findings = Findings(
            name: "a run", seed: 4711, history: History(unixSecondsAtZero: 0, entries: run.entries),
            database: run.database, terms: run.terms, troubles: [], again: "YIZHAN_TEST_SEED=4711 make it")
        let lines = findings.report.split(separator: "\n")
        #expect(lines.contains("seed: 4711"))
        #expect(lines.contains("again: YIZHAN_TEST_SEED=4711 make it"))
        #expect(lines.contains("the history of order 2:"))
        #expect(lines.contains { $0.contains("sent") && $0.contains("app/2") })
        #expect(lines.contains { $0.contains("databaseCrashed") })
        #expect(!lines.contains { $0.contains("sent") && $0.contains("app/1") })
    }

    @Test func aMaybeThatIsStoredWithoutItsDeliveryIsFoundAndOneThatIsNotStoredIsFine() {
        var run = HandMadeRun()
        run.sendMaybe("1")
        #expect(run.violations.isEmpty)
        run.store(event: "e1", order: "1")
        #expect(run.violations.map(\.rule) == [.neverHalf])
    }

    @Test func callsThatAreSeenTogetherAreFoundUnlessTheFirstOnesTimeWasOverWhenTheSecondWasMade() {
        for (madeAt, expected) in [(4 as Int64, [Violation.Rule.oneAttemptAtATime]), (1, [])] {
            var run = HandMadeRun()
            run.sendAcknowledged("1")
            run.store(event: "e1", order: "1")
            run.attempt("e1", order: "1", from: 5, to: 5.9, .unanswered, signedAt: madeAt)
            run.attempt("e1", order: "1", from: 5.2, to: 5.8, .answered(status: 200, result: 0), signedAt: 5)
            run.settle("e1", "delivered", token: 2, startedAt: 5.2, settledAt: 6)
            #expect(run.violations.map(\.rule) == expected)
        }
    }

    @Test func aCallThatIsSeenAfterTheEndIsFoundUnlessItWasMadeBefore() {
        for (madeAt, isFound) in [(3 as Int64, true), (0, false)] {
            var cancelled = HandMadeRun()
            cancelled.sendAcknowledged("1")
            cancelled.store(event: "e1", order: "1")
            cancelled.cancel("e1", order: "1", wasInFlight: "f", at: 1)
            cancelled.attempt(
                "e1", order: "1", from: 3.5, to: 3.6, .answered(status: 500, result: nil), signedAt: madeAt)
            cancelled.settle("e1", "cancelled", token: 2, settledAt: 1)
            #expect(cancelled.violations.map(\.rule) == (isFound ? [.cancelHolds] : []))

            var delivered = HandMadeRun()
            delivered.sendAcknowledged("1")
            delivered.store(event: "e1", order: "1")
            delivered.attempt("e1", order: "1", from: 0.1, to: 0.2, .answered(status: 200, result: 0), signedAt: 0)
            delivered.settle("e1", "delivered", token: 1, startedAt: 0.1, settledAt: 0.3)
            delivered.attempt("e1", order: "1", from: 3.5, to: 3.6, .unanswered, signedAt: madeAt)
            #expect(delivered.violations.contains { $0.rule == .newestLeaseSettles } == isFound)
        }
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
