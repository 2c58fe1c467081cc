import RelayCore

/// Leaves an endpoint alone that keeps failing, and finds out with one call at a time whether it is back. Pure: the time and
/// the dice come as arguments.
///
/// It opens after ten failures in a row that took ten seconds or more, and after twenty however fast they came. The first
/// call that is answered closes it, whatever the answer, and then all slots are free at once: the endpoint's own limits keep
/// what waited from being too much.
struct Breaker {
    /// What a call says of its endpoint.
    enum Word: Hashable {
        /// Somebody is there: a refusal, a 404 and a 429 say so as well.
        case answered
        /// No answer, or a 5xx.
        case failed(reason: String)
    }

    enum Transition: Hashable {
        case opened(reason: String)
        case closed
    }

    private enum State {
        case closed(failures: Int, since: ContinuousClock.Instant?)
        case open(pause: Duration, probeAt: ContinuousClock.Instant, isProbing: Bool)
    }

    private static let failures = 10
    private static let failuresHoweverFast = 20
    private static let shortestFailing = Duration.seconds(10)
    private static let shortestPause = Duration.seconds(5)
    private static let longestPause = Duration.seconds(300)

    private var state = State.closed(failures: 0, since: nil)

    var isOpen: Bool {
        switch state {
        case .closed: false
        case .open: true
        }
    }

    /// Whether a call may be made: there is no other one while a probe is on its way.
    var letsThrough: Bool {
        switch state {
        case .closed: true
        case .open(_, _, let isProbing): isProbing
        }
    }

    /// Whether the time of the next probe has come.
    func wantsProbe(at now: ContinuousClock.Instant) -> Bool {
        switch state {
        case .closed: false
        case .open(_, let probeAt, let isProbing): !isProbing && probeAt <= now
        }
    }

    mutating func beginProbe() {
        setProbing(true)
    }

    /// Nothing came of it; if something did, this changes nothing.
    mutating func giveProbeBack() {
        setProbing(false)
    }

    /// What was wrong may be put right: the next probe need not wait.
    mutating func probeSoon(at now: ContinuousClock.Instant) {
        if case .open(_, _, let isProbing) = state {
            state = .open(pause: Self.shortestPause, probeAt: now, isProbing: isProbing)
        }
    }

    /// - Parameter jitter: From 0 up to but not including 1: each pause varies by ±20 %.
    mutating func note(
        _ word: Word, at now: ContinuousClock.Instant, jitter: @autoclosure () -> Double
    ) -> Transition? {
        switch (state, word) {
        case (.closed, .answered):
            state = .closed(failures: 0, since: nil)
            return nil
        case (.open, .answered):
            state = .closed(failures: 0, since: nil)
            return .closed
        case (.closed(let before, let first), .failed(let reason)):
            let since = first ?? now
            let count = before + 1
            let isLong = count >= Self.failures && now - since >= Self.shortestFailing
            guard isLong || count >= Self.failuresHoweverFast else {
                state = .closed(failures: count, since: since)
                return nil
            }
            open(pause: Self.shortestPause, at: now, jitter: jitter())
            return .opened(reason: reason)
        case (.open(let pause, _, isProbing: true), .failed):
            open(pause: min(pause * 2, Self.longestPause), at: now, jitter: jitter())
            return nil
        case (.open(_, _, isProbing: false), .failed):
            // Begun before it opened.
            return nil
        }
    }

    private mutating func open(pause: Duration, at now: ContinuousClock.Instant, jitter: Double) {
        state = .open(pause: pause, probeAt: now + pause * (0.8 + 0.4 * jitter), isProbing: false)
    }

    private mutating func setProbing(_ isProbing: Bool) {
        if case .open(let pause, let probeAt, _) = state {
            state = .open(pause: pause, probeAt: probeAt, isProbing: isProbing)
        }
    }
}

extension AttemptReport {
    /// Nil where no call was made, or it was cut short by the relay itself.
    var word: Breaker.Word? {
        guard startedAt != nil else { return nil }
        switch verdict {
        case .interrupted, .notStarted, .postponed:
            return nil
        case .settle, .reschedule:
            if let httpStatus, httpStatus < 500 { return .answered }
            return .failed(reason: reason ?? "")
        }
    }
}
