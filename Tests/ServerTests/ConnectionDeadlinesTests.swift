import NIOCore
import Testing

@testable import Server

@Suite struct ConnectionDeadlinesTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let limits = ConnectionLimits(patience: .seconds(10), idle: .seconds(60), farewell: .seconds(1))

    private func after(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }

    private var opened: ConnectionDeadlines {
        var deadlines = ConnectionDeadlines(limits: limits)
        deadlines.opened(at: start)
        return deadlines
    }

    @Test func theFirstHeadHasTenSeconds() {
        #expect(ConnectionDeadlines(limits: limits).next == nil)
        #expect(opened.next == after(10))
        #expect(opened.overdue(at: after(9)) == nil)
        #expect(opened.overdue(at: after(10)) == .head)
    }

    @Test func aBodyHasTenSecondsFromItsHeadAndAnAnswerAllTheTimeThatItNeeds() {
        var deadlines = opened
        deadlines.headRead(at: after(5))
        #expect(deadlines.overdue(at: after(15)) == .body)
        deadlines.bodyRead(at: after(6))
        #expect(deadlines.next == nil && deadlines.overdue(at: after(1_000)) == nil)
        deadlines.answered(at: after(30))
        #expect(deadlines.next == after(90) && deadlines.overdue(at: after(90)) == .nextHead)
    }

    @Test func whatWasAnsweredBeforeItsBodyCameStillHasTheTimeOfABody() {
        var deadlines = opened
        deadlines.headRead(at: after(1))
        #expect(!deadlines.isAnswered)
        deadlines.answered(at: after(2))
        #expect(deadlines.isAnswered && deadlines.overdue(at: after(11)) == .body)
        deadlines.bodyRead(at: after(3))
        #expect(!deadlines.isAnswered && deadlines.next == after(63))
    }

    @Test func ofCallsInOneGoTheLastAnswerStartsTheIdleTime() {
        var deadlines = opened
        for _ in 1...2 {
            deadlines.headRead(at: after(1))
            deadlines.bodyRead(at: after(1))
        }
        deadlines.answered(at: after(2))
        #expect(deadlines.next == nil)
        deadlines.answered(at: after(3))
        #expect(deadlines.next == after(63))
    }

    @Test func whoDoesNotTakeAnswersIsOverdueWhateverElseGoesOn() {
        var deadlines = opened
        deadlines.headRead(at: after(1))
        deadlines.bodyRead(at: after(1))
        deadlines.writabilityChanged(to: false, at: after(2))
        deadlines.headRead(at: after(5))
        deadlines.bodyRead(at: after(5))
        #expect(deadlines.next == after(12) && deadlines.overdue(at: after(12)) == .answer)
        deadlines.writabilityChanged(to: true, at: after(6))
        #expect(deadlines.next == nil)
    }

    @Test func aFarewellIsShort() {
        var deadlines = opened
        deadlines.headRead(at: after(1))
        deadlines.saidFarewell(at: after(2))
        #expect(deadlines.overdue(at: after(3)) == .farewell)
    }
}
