import RelayCore

/// How many lines an attack may write into the log: 100 at once, and then 10 a second.
struct LineLimit {
    private var bucket: TokenBucket
    private var leftOut = 0

    init(at now: ContinuousClock.Instant) {
        bucket = TokenBucket(Rate(count: 100, period: .seconds(10)), at: now)
    }

    /// Nil where the line is to be left out, or else how many were left out since the last one.
    mutating func take(at now: ContinuousClock.Instant) -> Int? {
        guard bucket.take(1, at: now) else {
            leftOut += 1
            return nil
        }
        defer { leftOut = 0 }
        return leftOut
    }
}
