import RelayCore
import TestSupport
import Testing

@Suite struct RetryScheduleTests {
    private let schedule = RetrySchedule(steps: [.seconds(10), .seconds(100), .seconds(50)])

    @Test func thereIsOneAttemptMoreThanSteps() {
        #expect(schedule.maximumAttempts == 4)
        #expect(schedule.delay(afterAttempt: 3, retryAfter: nil, jitter: 0.5) != nil)
        #expect(schedule.delay(afterAttempt: 4, retryAfter: nil, jitter: 0.5) == nil)
        #expect(schedule.delay(afterAttempt: 4, retryAfter: .seconds(1), jitter: 0.5) == nil)
        #expect(schedule.delay(afterAttempt: 0, retryAfter: nil, jitter: 0.5) == nil)
        #expect(RetrySchedule(steps: []).delay(afterAttempt: 1, retryAfter: .seconds(1), jitter: 0.5) == nil)
    }

    @Test func theStandardScheduleGrowsFromSecondsToADay() {
        let delays = (1...10).map { RetrySchedule.standard.delay(afterAttempt: $0, retryAfter: nil, jitter: 0.5) }
        #expect(
            delays == [
                .seconds(5), .seconds(30), .seconds(120), .seconds(600), .seconds(1800), .seconds(3600),
                .seconds(10_800), .seconds(21_600), .seconds(43_200), .seconds(86_400),
            ])
        #expect(RetrySchedule.standard.maximumAttempts == 11)
    }

    @Test func aDelayStaysWithinAFifthOfItsStepAndReachesBothSides() throws {
        var generator = SeededGenerator(seed: 1)
        var delays: [Duration] = []
        for _ in 0..<1_000 {
            let jitter = Double.random(in: 0..<1, using: &generator)
            delays.append(try #require(schedule.delay(afterAttempt: 2, retryAfter: nil, jitter: jitter)))
        }
        let shortest = try #require(delays.min())
        let longest = try #require(delays.max())
        #expect(.seconds(80)..<Duration.seconds(82) ~= shortest)
        #expect(.seconds(118)..<Duration.seconds(120) ~= longest)
    }

    @Test func theMerchantsWishLengthensADelayButNeverShortensIt() {
        #expect(schedule.delay(afterAttempt: 1, retryAfter: .seconds(60), jitter: 0) == .seconds(60))
        #expect(schedule.delay(afterAttempt: 1, retryAfter: .seconds(60), jitter: 0.999) == .seconds(60))
        #expect(schedule.delay(afterAttempt: 2, retryAfter: .seconds(1), jitter: 0.5) == .seconds(100))
        #expect(schedule.delay(afterAttempt: 1, retryAfter: .zero, jitter: 0.5) == .seconds(10))
    }

    @Test func theMerchantsWishIsObeyedUpToTheLongestStep() {
        #expect(schedule.delay(afterAttempt: 1, retryAfter: RetryAfter.longest, jitter: 0.5) == .seconds(100))
        #expect(schedule.delay(afterAttempt: 3, retryAfter: .seconds(101), jitter: 0.5) == .seconds(100))
    }
}
