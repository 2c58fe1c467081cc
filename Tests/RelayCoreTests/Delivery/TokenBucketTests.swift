import RelayCore
import TestSupport
import Testing

@Suite struct TokenBucketTests {
    private let start = ContinuousClock.now

    private func bucket(_ count: Int, per period: Duration) -> TokenBucket {
        TokenBucket(Rate(count: count, period: period), at: start)
    }

    @Test func aPeriodsCountMayGoAtOnceAndNoMore() {
        var bucket = bucket(100, per: .seconds(1))
        let (all, onceMore) = (bucket.take(100, at: start), bucket.take(1, at: start))
        #expect(all && !onceMore)
    }

    @Test func moreThanTheCountIsNeverThere() {
        var bucket = bucket(3, per: .seconds(1))
        let muchLater = start.advanced(by: .seconds(1_000_000_000))
        let available = bucket.available(at: muchLater)
        let took = bucket.take(4, at: muchLater)
        #expect(available == 3 && !took)
    }

    @Test func tokensComeBackEvenly() {
        var bucket = bucket(10, per: .seconds(1))
        _ = bucket.take(10, at: start)
        var available: [Int] = []
        for milliseconds in [0, 99, 100, 199, 200, 550, 1000, 5000] {
            available.append(bucket.available(at: start.advanced(by: .milliseconds(milliseconds))))
        }
        #expect(available == [0, 0, 1, 1, 2, 5, 10, 10])
    }

    @Test func theNextTokenIsThereWhenItWasForetoldAndNotBefore() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<1_000 {
            var bucket = bucket(
                Int.random(in: 1...1_000, using: &generator),
                per: .milliseconds(Int.random(in: 1...10_000, using: &generator)))
            _ = bucket.take(bucket.available(at: start), at: start)
            let wait = bucket.nextToken(after: start)
            let tooEarly = bucket.available(at: start.advanced(by: wait - Duration(attoseconds: 1)))
            let inTime = bucket.available(at: start.advanced(by: wait))
            #expect(tooEarly == 0 && inTime == 1)
        }
    }

    @Test func whereThereIsATokenThereIsNoWait() {
        var bucket = bucket(2, per: .seconds(60))
        _ = bucket.take(1, at: start)
        let wait = bucket.nextToken(after: start)
        #expect(wait == .zero)
    }

    @Test func aClockThatStepsBackAddsNothing() {
        var bucket = bucket(10, per: .seconds(1))
        _ = bucket.take(10, at: start.advanced(by: .seconds(5)))
        let earlier = bucket.available(at: start)
        let later = bucket.available(at: start.advanced(by: .milliseconds(5_100)))
        #expect(earlier == 0 && later == 1)
    }

    /// A third of a second has no exact decimal: a bucket that rounds is behind or ahead after a million steps.
    @Test func nothingIsLostByAskingOften() {
        var bucket = bucket(3, per: .seconds(1))
        _ = bucket.take(3, at: start)
        var taken = 0
        for step in 1...100_000 {
            let now = start.advanced(by: .milliseconds(7 * step))
            if bucket.take(1, at: now) { taken += 1 }
        }
        #expect(taken == 3 * 700)
    }

    @Test func noWindowSeesMoreThanTheBurstAndItsShareOfTheRate() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<50 {
            let count = Int.random(in: 1...20, using: &generator)
            let period = Duration.milliseconds(Int.random(in: 1...2_000, using: &generator))
            var bucket = bucket(count, per: period)
            var taken: [ContinuousClock.Instant] = []
            var now = start
            for _ in 0..<300 {
                now = now.advanced(by: period / count * Double.random(in: 0...2, using: &generator))
                let wanted = Int.random(in: 1...3, using: &generator)
                if bucket.take(wanted, at: now) { taken += Array(repeating: now, count: wanted) }
            }
            #expect(!taken.isEmpty)
            for first in taken.indices {
                for last in first..<taken.count {
                    let window = (taken[last] - taken[first]).attoseconds
                    let allowed = Int128(count) + window * Int128(count) / period.attoseconds
                    #expect(Int128(last - first + 1) <= allowed)
                }
            }
        }
    }
}
