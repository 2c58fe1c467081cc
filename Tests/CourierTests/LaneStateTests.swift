import RelayCore
import TestSupport
import Testing

@testable import Courier

/// By reference, so that an expectation can change it.
private final class Lane {
    var state: LaneState

    init(_ state: LaneState) {
        self.state = state
    }

    func takeSlot(at now: ContinuousClock.Instant) -> LaneSlot? { state.takeSlot(at: now, hasRoom: true) }
    func takeOpening(at now: ContinuousClock.Instant) -> LaneOpening? { state.takeOpening(at: now, room: .max) }
    func takeTurns() -> ArraySlice<LeasedDelivery> { state.takeTurns() }
    func beginCall(_ delivery: LeasedDelivery) -> Bool { state.beginCall(delivery) }

    func note(
        _ word: Breaker.Word, at now: ContinuousClock.Instant, jitter: Double
    ) -> (transition: Breaker.Transition, waiting: ArraySlice<LeasedDelivery>)? {
        state.note(word, at: now, jitter: jitter)
    }
}

@Suite struct LaneStateTests {
    private let start = ContinuousClock.now

    private func lane(_ endpoint: Endpoint = .test()) -> Lane {
        Lane(LaneState(endpoint, settleTime: .seconds(5), at: start))
    }

    /// Takes slots until there is none.
    private func fill(_ lane: Lane) -> Int {
        var count = 0
        while lane.takeSlot(at: start) != nil { count += 1 }
        return count
    }

    @Test func aSlotsLeaseHoldsTheCallAndItsSettling() {
        let lane = lane(.test(7, timeout: .seconds(10)))
        #expect(lane.takeSlot(at: start) == LaneSlot(endpoint: EndpointID(7), lease: .seconds(15)))
    }

    @Test func noMoreCallsRunThanAreAllowedAndTheOthersComeInTurn() {
        let lane = lane(.test(maxInFlight: 2))
        let began = (1...4).map { lane.state.beginCall(.test($0)) }
        #expect(began == [true, true, false, false])
        #expect(lane.takeTurns().isEmpty)
        lane.state.endCall()
        #expect(lane.takeTurns().map(\.event.orderNo) == ["order-3"])
        lane.state.endCall()
        #expect(lane.takeTurns().map(\.event.orderNo) == ["order-4"])
        lane.state.endCall()
        lane.state.endCall()
        #expect(lane.takeTurns().isEmpty && lane.state.running == 0)
    }

    @Test func aLowerLimitLetsGoOnWhatRunsAndStartsNothingAboveItself() {
        let lane = lane(.test(maxInFlight: 3))
        for number in 1...4 { _ = lane.state.beginCall(.test(number)) }
        lane.state.configure(.test(maxInFlight: 1), settleTime: .seconds(5), at: start)
        #expect(lane.state.running == 3)
        for _ in 1...2 {
            lane.state.endCall()
            #expect(lane.takeTurns().isEmpty)
        }
        lane.state.endCall()
        #expect(lane.takeTurns().map(\.event.orderNo) == ["order-4"])
    }

    @Test func aHigherLimitStartsWhatWaits() {
        let lane = lane(.test(maxInFlight: 1))
        for number in 1...4 { _ = lane.state.beginCall(.test(number)) }
        lane.state.configure(.test(maxInFlight: 3), settleTime: .seconds(5), at: start)
        #expect(lane.takeTurns().map(\.event.orderNo) == ["order-2", "order-3"])
        #expect(lane.state.running == 3)
    }

    @Test func aNewEventWaitsBehindOlderOnesUntilTheOutboxHasNoneDue() throws {
        let lane = lane(.test(maxInFlight: 1))
        _ = fill(lane)
        lane.state.release(wasCalled: true)
        #expect(lane.takeSlot(at: start) == nil, "a slot is free, but an older event waits for it")

        let opening = try #require(lane.takeOpening(at: start))
        lane.state.close(opening, used: 0)
        #expect(lane.takeSlot(at: start) != nil)
    }

    @Test func whatAnEndedDeliveryUnblocksIsClaimedBeforeANewEventGoes() throws {
        let lane = lane(.test(maxInFlight: 2))
        _ = lane.takeSlot(at: start)
        lane.state.release(wasCalled: true, unblocks: true)
        #expect(lane.state.hasBacklog)
        #expect(lane.takeSlot(at: start) == nil)
        let opening = try #require(lane.takeOpening(at: start))
        lane.state.close(opening, used: 1)
        #expect(lane.takeSlot(at: start) != nil)
    }

    @Test func aPollTakesASingleSlotAndAFilledLaneAsksForAll() throws {
        let lane = lane(.test(maxInFlight: 4))
        let poll = try #require(lane.takeOpening(at: start))
        #expect(poll.count == 1)
        lane.state.close(poll, used: 1)
        let held = lane.state.held
        let all = try #require(lane.takeOpening(at: start))
        lane.state.close(all, used: 0)
        #expect(held + all.count == fill(lane) + held)
    }

    @Test func whileEnoughWaitsHereNoMoreIsClaimedUntilThereIsRoomForAGoodPart() throws {
        let lane = lane(.test(maxInFlight: 4))
        let count = fill(lane)
        #expect(count == 36 && lane.state.hasBacklog)
        for number in 1...count { _ = lane.state.beginCall(.test(number)) }
        for ended in 1...8 {
            lane.state.endCall()
            #expect(lane.takeTurns().count == 1)
            lane.state.release(wasCalled: true)
            #expect(!lane.state.isClaimable && lane.takeOpening(at: start) == nil, "\(ended) of \(count) have ended")
        }
        lane.state.endCall()
        _ = lane.takeTurns()
        lane.state.release(wasCalled: true)
        #expect(lane.state.isClaimable)
        #expect(try #require(lane.takeOpening(at: start)).count == 9)
    }

    @Test func aLaneThatIsAboutToRunDryClaimsWhateverThereIsRoomFor() throws {
        let lane = lane(.test(maxInFlight: 4))
        for number in 1...fill(lane) { _ = lane.state.beginCall(.test(number)) }
        // What came of all but the last calls is not written yet.
        for _ in 1...29 {
            lane.state.endCall()
            _ = lane.takeTurns()
        }
        lane.state.release(wasCalled: true)
        #expect(try #require(lane.takeOpening(at: start)).count == 1)
    }

    @Test func aWantedSlotThatIsGivenBackIsLeftToTheOlderEvent() {
        let lane = lane()
        let slot = lane.takeSlot(at: start)
        lane.state.giveBack(isWanted: true)
        #expect(slot != nil && lane.state.held == 0)
        #expect(lane.takeSlot(at: start) == nil)
    }

    @Test func aLaneWithAQuotaTakesOnlyWhatIsClaimed() throws {
        let lane = lane(.test(maxInFlight: 4, dailyQuota: 100))
        #expect(lane.takeSlot(at: start) == nil)
        let opening = try #require(lane.takeOpening(at: start))
        #expect(opening.count > 4)
        lane.state.close(opening, used: 2)
        #expect(lane.state.held == 2 && lane.takeSlot(at: start) == nil)
        lane.state.configure(.test(maxInFlight: 4), settleTime: .seconds(5), at: start)
        let last = try #require(lane.takeOpening(at: start))
        lane.state.close(last, used: 0)
        #expect(lane.takeSlot(at: start) != nil)
    }

    /// A lane with deliveries held, whose breaker has just opened.
    private func brokenLane(held count: Int = 3) throws -> Lane {
        let lane = lane(.test(maxInFlight: 2))
        for number in 1...count {
            _ = lane.takeSlot(at: start)
            _ = lane.state.beginCall(.test(number))
        }
        for _ in 1..<20 { _ = lane.note(.failed(reason: "HTTP 500"), at: start, jitter: 0.5) }
        let opened = try #require(lane.note(.failed(reason: "HTTP 500"), at: start, jitter: 0.5))
        #expect(opened.transition == .opened(reason: "HTTP 500"))
        #expect(opened.waiting.map(\.event.orderNo) == (3..<count + 1).map { "order-\($0)" })
        return lane
    }

    @Test func aLaneWhoseBreakerIsOpenTakesOneProbeAtATimeOnceNothingElseIsHeld() throws {
        let lane = try brokenLane()
        let later = start + .seconds(6)
        #expect(lane.state.isBlocked && lane.takeSlot(at: later) == nil)
        for _ in 1...2 {
            #expect(lane.takeOpening(at: later) == nil)
            lane.state.endCall()
            lane.state.release(wasCalled: true)
        }
        #expect(lane.takeTurns().isEmpty)
        lane.state.release(wasCalled: false)
        #expect(lane.takeOpening(at: start) == nil, "it is too soon")
        let probe = try #require(lane.takeOpening(at: later))
        #expect(probe.count == 1 && !lane.state.isBlocked)
        #expect(lane.takeOpening(at: later) == nil && lane.takeSlot(at: later) == nil)
        lane.state.close(probe, used: 1)
        #expect(lane.takeOpening(at: later) == nil)
        #expect(lane.beginCall(.test(9)))
        #expect(lane.note(.answered, at: later, jitter: 0)?.transition == .closed)
        lane.state.endCall()
        lane.state.release(wasCalled: true)
        #expect(try #require(lane.takeOpening(at: later)).count > 2, "what waited is asked for at once")
    }

    @Test func aProbeThatFindsNothingOrIsNotMadeIsTakenAgain() throws {
        let lane = try brokenLane(held: 2)
        let later = start + .seconds(6)
        for _ in 1...2 {
            lane.state.endCall()
            lane.state.release(wasCalled: true)
        }
        lane.state.close(try #require(lane.takeOpening(at: later)), used: 0)
        #expect(lane.state.isBlocked)
        lane.state.close(try #require(lane.takeOpening(at: later)), used: 1)
        lane.state.release(wasCalled: false)
        #expect(lane.state.isBlocked)
        lane.state.close(try #require(lane.takeOpening(at: later)), used: 1)
        lane.state.release(wasCalled: true)
        #expect(lane.state.isBlocked && lane.takeOpening(at: later) != nil)
    }

    @Test func whatIsBegunWhileTheBreakerIsOpenComesToItsTurnAtOnceToBeGivenBack() throws {
        let lane = try brokenLane()
        #expect(lane.state.running == 2 && lane.state.isBlocked)
        #expect(lane.beginCall(.test(9)))
    }

    @Test func aBreakerThatIsTurnedOffLetsEverythingThrough() throws {
        let lane = try brokenLane(held: 2)
        lane.state.configure(.test(maxInFlight: 2, breaker: false), settleTime: .seconds(5), at: start)
        #expect(!lane.state.isBroken && !lane.state.isBlocked)
        #expect(try #require(lane.takeOpening(at: start)).count > 2)
        for _ in 1...30 { #expect(lane.note(.failed(reason: "x"), at: start, jitter: 0) == nil) }
    }

    @Test func aChangeOfTheEndpointIsTriedOutAtOnce() throws {
        let lane = try brokenLane(held: 2)
        for _ in 1...2 {
            lane.state.endCall()
            lane.state.release(wasCalled: true)
        }
        lane.state.configure(.test(maxInFlight: 2), settleTime: .seconds(5), at: start)
        #expect(lane.takeOpening(at: start) == nil)
        lane.state.configure(.test(url: "http://127.0.0.1:10/", maxInFlight: 2), settleTime: .seconds(5), at: start)
        #expect(lane.takeOpening(at: start)?.count == 1)
    }

    @Test func aPausedLaneTakesNothing() {
        let lane = lane(.test(isPaused: true))
        #expect(lane.takeSlot(at: start) == nil)
        #expect(lane.takeOpening(at: start) == nil)
    }

    @Test func aResumedLaneAsksForWhatCameInTheMeantime() throws {
        let lane = lane(.test(isPaused: true))
        lane.state.configure(.test(), settleTime: .seconds(5), at: start)
        #expect(lane.takeSlot(at: start) == nil)
        #expect(try #require(lane.takeOpening(at: start)).count > 1)
    }

    @Test func aRateIsNotExceededInAnyPeriodOnceItsFirstBurstIsOver() {
        let rate = Rate(count: 10, period: .seconds(1))
        let lane = lane(.test(maxInFlight: 1_000, rate: rate))
        var taken: [Int] = []
        for millisecond in 0..<5_000 {
            let now = start + .milliseconds(millisecond)
            if let opening = lane.takeOpening(at: now) {
                lane.state.close(opening, used: opening.count)
                taken += Array(repeating: millisecond, count: opening.count)
            }
        }
        #expect(taken.count == 10 + 49)
        for first in taken where first >= 100 {
            #expect(taken.count { first..<first + 1_000 ~= $0 } <= 10)
        }
    }

    @Test func withARateNothingIsHeldThatCouldBeCalledInABurst() {
        let lane = lane(.test(maxInFlight: 2, rate: Rate(count: 100, period: .seconds(1))))
        #expect(fill(lane) == 2)
    }

    @Test func whereNoCallWasMadeTheTokenComesBack() throws {
        let lane = lane(.test(maxInFlight: 50, rate: Rate(count: 3, period: .seconds(3_600))))
        for _ in 1...10 {
            #expect(lane.takeSlot(at: start) != nil)
            lane.state.giveBack(isWanted: false)
            let opening = try #require(lane.takeOpening(at: start))
            lane.state.close(opening, used: 0)
            #expect(lane.takeSlot(at: start) != nil)
            lane.state.release(wasCalled: false)
        }
        for _ in 1...3 {
            #expect(lane.takeSlot(at: start) != nil)
            lane.state.release(wasCalled: true)
        }
        #expect(lane.takeSlot(at: start) == nil)
    }

    /// Whatever happens in whatever order: the limit holds, nothing is lost, and all slots come back.
    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func everySequenceKeepsTheLimitAndReturnsEverySlot(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var now = start
        var limit = 4
        let rate = Bool.random(using: &generator) ? Rate(count: 5, period: .milliseconds(20)) : nil
        let lane = lane(.test(maxInFlight: limit, rate: rate))
        var slots = 0
        var openings: [LaneOpening] = []
        var begun = 0
        var called: [Int] = []
        var running = 0
        var ended = 0

        func turn(_ turns: some Sequence<LeasedDelivery>) {
            for delivery in turns {
                called.append(delivery.attempt)
                running += 1
                #expect(running <= limit)
            }
        }
        func begin() {
            begun += 1
            if lane.state.beginCall(.test(attempt: begun)) { turn([.test(attempt: begun)]) }
        }
        func end() {
            lane.state.endCall()
            running -= 1
            ended += 1
            turn(lane.takeTurns())
        }

        for _ in 0..<300 {
            now += .milliseconds(Int.random(in: 0...3, using: &generator))
            switch Int.random(in: 0..<9, using: &generator) {
            case 0, 1: if lane.takeSlot(at: now) != nil { slots += 1 }
            case 2:
                if slots > 0 {
                    slots -= 1
                    lane.state.giveBack(isWanted: Bool.random(using: &generator))
                }
            case 3:
                if slots > 0 {
                    slots -= 1
                    begin()
                }
            case 4:
                // The outbox has one claimer: openings are taken when the last ones are closed.
                if openings.isEmpty, let opening = lane.takeOpening(at: now) { openings.append(opening) }
            case 5:
                if let opening = openings.popLast() {
                    let used = Int.random(in: 0...opening.count, using: &generator)
                    for _ in 0..<used { begin() }
                    lane.state.close(opening, used: used)
                }
            case 6: if running > 0 { end() }
            case 7:
                if ended > 0 {
                    ended -= 1
                    lane.state.release(wasCalled: Bool.random(using: &generator))
                }
            default:
                if Int.random(in: 0..<4, using: &generator) == 0 { lane.state.pause() }
                let newLimit = Int.random(in: 1...6, using: &generator)
                lane.state.configure(
                    .test(maxInFlight: newLimit, rate: rate, isPaused: Int.random(in: 0..<4, using: &generator) == 0),
                    settleTime: .seconds(5), at: now)
                limit = max(newLimit, running)
                turn(lane.takeTurns())
                limit = newLimit
            }
            #expect(lane.state.running == running)
            #expect(
                lane.state.held == slots + openings.reduce(0) { $0 + $1.count } + begun - called.count + running + ended
            )
            #expect(lane.state.held >= 0)
        }
        for opening in openings { lane.state.close(opening, used: 0) }
        for _ in 0..<slots { lane.state.giveBack(isWanted: false) }
        while running > 0 { end() }
        for _ in 0..<ended { lane.state.release(wasCalled: true) }
        #expect(lane.state.held == 0 && lane.state.running == 0)
        #expect(called == Array(1..<begun + 1), "each once, and in the order in which they came")
    }
}
