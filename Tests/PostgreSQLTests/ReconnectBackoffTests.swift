import Testing

@testable import PostgreSQL

@Suite struct ReconnectBackoffTests {
    @Test func pausesDoubleUpToTheLongestAndStartAnewAfterASuccess() {
        var backoff = ReconnectBackoff()
        var generator = SystemRandomNumberGenerator()
        for ceiling in [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000] {
            let pause = backoff.next(using: &generator)
            #expect(pause >= .milliseconds(ceiling) / 2 && pause <= .milliseconds(ceiling))
        }
        backoff.reset()
        #expect(backoff.next(using: &generator) <= .milliseconds(100))
    }
}
