import RelayCore
import Testing

@Suite struct RhythmTests {
    private let start = ContinuousClock.now

    @Test func whatComesOneByOneIsNotKeptWaiting() {
        var rhythm = Rhythm()
        #expect(rhythm.delay(waiting: 0, at: start) == .zero)
        for count in 0...7 {
            rhythm.begin(count, at: start)
            #expect(rhythm.delay(waiting: 1, at: start) == .zero)
        }
    }

    @Test func afterAGroupThatShowsLoadTheNextBeginsAMomentLater() {
        var rhythm = Rhythm()
        rhythm.begin(8, at: start)
        #expect(rhythm.delay(waiting: 1, at: start + .milliseconds(1)) == .milliseconds(3))
        #expect(rhythm.delay(waiting: 1, at: start + .milliseconds(4)) == .zero)
        #expect(rhythm.delay(waiting: 1, at: start + .seconds(1)) == .zero)
    }

    @Test func whereManyWaitAlreadyNothingIsGainedByWaitingForMore() {
        var rhythm = Rhythm()
        rhythm.begin(100, at: start)
        #expect(rhythm.delay(waiting: 63, at: start) == .milliseconds(4))
        #expect(rhythm.delay(waiting: 64, at: start) == .zero)
    }
}
