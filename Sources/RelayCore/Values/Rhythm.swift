/// Keeps a writer of groups from beginning them too close to each other.
///
/// A writer that takes at once whatever has gathered writes many small groups under load, and a group costs as much as a
/// dozen of what is in it. So after a group that shows load the next one begins a moment later. What comes one by one is
/// not kept waiting.
package struct Rhythm: Sendable {
    /// Between the beginnings of two groups under load.
    private static let interval = Duration.milliseconds(4)
    /// What shows load.
    private static let busyCount = 8
    /// Where so many wait already, waiting for more gains nothing.
    private static let fullCount = 64

    private var next: ContinuousClock.Instant?

    package init() {}

    /// To be called with each group, when it is taken.
    package mutating func begin(_ count: Int, at now: ContinuousClock.Instant = .now) {
        next = count < Self.busyCount ? nil : now + Self.interval
    }

    /// Waits before the next group is taken, for which so much is there already; ends early when the task is cancelled.
    package func pause(waiting count: Int) async {
        let delay = delay(waiting: count, at: .now)
        if delay > .zero { await Task.pause(for: delay) }
    }

    package func delay(waiting count: Int, at now: ContinuousClock.Instant) -> Duration {
        guard let next, count < Self.fullCount else { return .zero }
        return max(next - now, .zero)
    }
}
