import RelayCore

/// How many events a second are stored while there are some to store, as the last commits tell. Pure.
///
/// A group costs hardly more than a lone event on one machine, and as much as all its events on another: so the pace is
/// that of the last commit, or of the last quarter of a second of them, whichever is better. A lone event after a large
/// group says little about the next large one, and one slow group says a lot.
struct CommitPace {
    private static let memory = Duration.milliseconds(250)

    private var events = 0.0
    private var busy = Duration.zero
    private var last = 0.0

    mutating func note(_ count: Int, took: Duration) {
        let took = max(took, .microseconds(1))
        let keep = Self.memory / (Self.memory + took)
        events = events * keep + Double(count)
        busy = busy * keep + took
        last = Double(count) * (Duration.seconds(1) / took)
    }

    /// Nil while nothing was stored yet.
    private var perSecond: Double? {
        busy > .zero ? max(events * (Duration.seconds(1) / busy), last) : nil
    }

    /// How many events are stored in that time; nil where that is not known.
    func count(within time: Duration) -> Int? {
        perSecond.map { Int(min($0 * (time / .seconds(1)), 1_000_000)) }
    }

    /// How long it takes to store so many; zero where that is not known.
    func time(for count: Int) -> Duration {
        perSecond.map { .seconds(1) * (Double(count) / $0) } ?? .zero
    }
}
