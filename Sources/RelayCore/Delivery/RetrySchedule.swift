/// How long to wait after each failed attempt. With n steps there are n + 1 attempts.
package struct RetrySchedule: Hashable, Sendable {
    package let steps: [Duration]

    package init(steps: [Duration]) {
        self.steps = steps
    }

    package static let standard = RetrySchedule(steps: [
        .seconds(5), .seconds(30), .seconds(2 * 60), .seconds(10 * 60), .seconds(30 * 60),
        .seconds(3600), .seconds(3 * 3600), .seconds(6 * 3600), .seconds(12 * 3600), .seconds(24 * 3600),
    ])

    package var maximumAttempts: Int { steps.count + 1 }

    /// The wait before the next attempt; nil when there is none any more.
    ///
    /// The step's own delay varies by ±20 %, so that what failed together does not come back together. What the
    /// merchant asks for lengthens it, up to the longest step, and never shortens it.
    ///
    /// - Parameters:
    ///   - attempt: 1 for the first.
    ///   - jitter: From 0 up to but not including 1, from the caller's random source.
    package func delay(afterAttempt attempt: Int, retryAfter: Duration?, jitter: Double) -> Duration? {
        guard steps.indices.contains(attempt - 1), let longestStep = steps.max() else { return nil }
        let ownDelay = steps[attempt - 1] * (0.8 + 0.4 * jitter)
        guard let retryAfter else { return ownDelay }
        return max(ownDelay, min(retryAfter, longestStep))
    }
}
