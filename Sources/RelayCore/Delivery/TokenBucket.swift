/// Lets no more through than a rate allows: it fills evenly, one token every `period / count`, up to `count` tokens,
/// and starts full.
///
/// Time that passed is counted in whole parts of a token, `count` of them for each attosecond and a period's worth of
/// attoseconds to a token: nothing is rounded, however often it is asked.
package struct TokenBucket: Sendable {
    private let count: Int128
    private let partsPerToken: Int128
    private var parts: Int128
    private var filledAt: ContinuousClock.Instant

    /// Both numbers of the rate are greater than zero.
    package init(_ rate: Rate, at now: ContinuousClock.Instant) {
        precondition(rate.count > 0 && rate.period > .zero, "a rate needs a count and a period")
        count = Int128(rate.count)
        partsPerToken = rate.period.attoseconds
        parts = count * partsPerToken
        filledAt = now
    }

    /// How many calls may start now.
    package mutating func available(at now: ContinuousClock.Instant) -> Int {
        fill(at: now)
        return Int(parts / partsPerToken)
    }

    /// Takes all of `tokens` or none, and says whether it did. More than the rate's count are never there.
    package mutating func take(_ tokens: Int, at now: ContinuousClock.Instant) -> Bool {
        guard tokens <= available(at: now) else { return false }
        parts -= Int128(tokens) * partsPerToken
        return true
    }

    /// Puts back tokens that were taken for calls that were not made.
    package mutating func giveBack(_ tokens: Int) {
        parts = min(parts + Int128(tokens) * partsPerToken, count * partsPerToken)
    }

    /// How long until there is a token; zero if there is one.
    package mutating func nextToken(after now: ContinuousClock.Instant) -> Duration {
        fill(at: now)
        let missing = max(partsPerToken - parts, 0)
        return Duration(attoseconds: (missing + count - 1) / count)
    }

    /// A moment before the last one adds nothing.
    private mutating func fill(at now: ContinuousClock.Instant) {
        guard now > filledAt else { return }
        let capacity = count * partsPerToken
        // A whole period fills it, and more of it could not be multiplied without a bound.
        let elapsed = min((now - filledAt).attoseconds, partsPerToken)
        parts = min(parts + elapsed * count, capacity)
        filledAt = now
    }
}
