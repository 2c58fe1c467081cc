import RelayCore
import Testing

@testable import Courier

@Suite struct BreakerTests {
    private let start = ContinuousClock.now
    private let failed = Breaker.Word.failed(reason: "HTTP 500")

    /// Fails `count` times, `apart` from each other, and says what came of the last.
    private func fail(
        _ breaker: inout Breaker, _ count: Int, apart: Duration = .zero, from first: ContinuousClock.Instant? = nil
    ) -> Breaker.Transition? {
        var transition: Breaker.Transition?
        for number in 0..<count {
            transition = breaker.note(failed, at: (first ?? start) + apart * number, jitter: 0.5)
        }
        return transition
    }

    private func opened() -> Breaker {
        var breaker = Breaker()
        _ = fail(&breaker, 20)
        return breaker
    }

    @Test func tenFailuresInARowOpenItOnceTheyTookTenSeconds() {
        var quick = Breaker()
        #expect(fail(&quick, 19, apart: .milliseconds(500)) == nil && !quick.isOpen)
        var slow = Breaker()
        #expect(fail(&slow, 9, apart: .seconds(2)) == nil && slow.letsThrough)
        #expect(fail(&slow, 1, from: start + .seconds(18)) == .opened(reason: "HTTP 500"))
        #expect(slow.isOpen && !slow.letsThrough)
    }

    @Test func twentyFailuresInARowOpenItHoweverFastTheyCame() {
        var breaker = Breaker()
        #expect(fail(&breaker, 19) == nil)
        #expect(fail(&breaker, 1) == .opened(reason: "HTTP 500"))
    }

    @Test func anAnswerInBetweenStartsTheCountAnew() {
        var breaker = Breaker()
        for _ in 1...5 {
            #expect(fail(&breaker, 19) == nil)
            let transition = breaker.note(.answered, at: start, jitter: 0)
            #expect(transition == nil)
        }
        #expect(!breaker.isOpen)
    }

    @Test func theFirstAnswerClosesIt() {
        var breaker = opened()
        let transition = breaker.note(.answered, at: start, jitter: 0)
        #expect(transition == .closed)
        #expect(!breaker.isOpen && breaker.letsThrough && !breaker.wantsProbe(at: start + .seconds(3_600)))
        #expect(fail(&breaker, 19) == nil, "it counts from nothing again")
    }

    @Test func probesComeOneAtATimeAndEverMoreSeldom() {
        var breaker = opened()
        var now = start
        var pauses: [Duration] = []
        for _ in 1...9 {
            var pause = Duration.zero
            while !breaker.wantsProbe(at: now + pause) { pause += .milliseconds(500) }
            pauses.append(pause)
            now += pause
            breaker.beginProbe()
            #expect(breaker.letsThrough && !breaker.wantsProbe(at: now + .seconds(3_600)))
            let transition = breaker.note(failed, at: now, jitter: 0.5)
            #expect(transition == nil)
            #expect(!breaker.letsThrough)
        }
        #expect(pauses.map { $0 / .seconds(1) } == [5, 10, 20, 40, 80, 160, 300, 300, 300])
    }

    @Test(arguments: [(0.0, 4.0), (0.5, 5.0), (0.999, 5.998)])
    func pausesVarySoThatRelaysDoNotProbeTogether(jitter: Double, seconds: Double) {
        var breaker = Breaker()
        for _ in 1...20 { _ = breaker.note(failed, at: start, jitter: jitter) }
        #expect(!breaker.wantsProbe(at: start + .seconds(seconds - 0.01)))
        #expect(breaker.wantsProbe(at: start + .seconds(seconds + 0.01)))
    }

    @Test func failuresOfCallsThatBeganBeforeItOpenedSayNothingNew() {
        var breaker = opened()
        #expect(fail(&breaker, 30) == nil)
        #expect(breaker.wantsProbe(at: start + .seconds(6)))
    }

    @Test func aProbeThatCameToNothingIsMadeAtOnce() {
        var breaker = opened()
        breaker.beginProbe()
        breaker.giveProbeBack()
        #expect(!breaker.letsThrough && breaker.wantsProbe(at: start + .seconds(6)))
    }

    @Test func theNextProbeNeedNotWaitOnceSomethingWasPutRight() {
        var breaker = opened()
        breaker.probeSoon(at: start)
        #expect(breaker.wantsProbe(at: start))
        var closed = Breaker()
        closed.probeSoon(at: start)
        #expect(!closed.isOpen)
    }

    @Test func onlyCallsThatFailedOrWereAnsweredSayAnything() {
        func word(_ verdict: AttemptReport.Verdict, status: Int? = nil, wasCalled: Bool = true) -> Breaker.Word? {
            var report = AttemptReport(.test(), verdict: verdict, reason: "why")
            report.startedAt = wasCalled ? start : nil
            report.httpStatus = status
            return report.word
        }
        #expect(word(.settle(.delivered), status: 200) == .answered)
        #expect(word(.settle(.refused), status: 410) == .answered)
        #expect(word(.reschedule(after: .zero), status: 429) == .answered)
        #expect(word(.reschedule(after: .zero), status: 404) == .answered)
        #expect(word(.reschedule(after: .zero), status: 503) == .failed(reason: "why"))
        #expect(word(.reschedule(after: .zero)) == .failed(reason: "why"))
        #expect(word(.settle(.exhausted)) == .failed(reason: "why"))
        #expect(word(.settle(.expired), wasCalled: false) == nil)
        #expect(word(.reschedule(after: .zero), wasCalled: false) == nil)
        #expect(word(.interrupted) == nil && word(.notStarted) == nil && word(.postponed(by: .zero)) == nil)
    }
}
