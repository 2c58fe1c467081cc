import Testing

@testable import Outbox

@Suite struct CommitPaceTests {
    private func pace(_ commits: [(count: Int, took: Duration)]) -> CommitPace {
        var pace = CommitPace()
        for commit in commits { pace.note(commit.count, took: commit.took) }
        return pace
    }

    @Test func nothingIsKnownBeforeTheFirstCommit() {
        #expect(CommitPace().count(within: .seconds(1)) == nil && CommitPace().time(for: 100) == .zero)
    }

    @Test func aLoneCommitTellsWhatOneEventTakes() {
        let pace = pace([(1, .milliseconds(5))])
        #expect(pace.count(within: .milliseconds(250)) == 50)
        #expect(pace.time(for: 100) == .milliseconds(500))
    }

    @Test func oneLargeGroupShowsThatManyAreStoredAsFast() {
        let calm = [(count: Int, took: Duration)](repeating: (1, .milliseconds(5)), count: 200)
        #expect(pace(calm + [(50, .milliseconds(6))]).time(for: 8_000) < .seconds(1))
    }

    @Test func aLoneEventBetweenLargeGroupsDoesNotMakeThemSmall() {
        let pace = pace([
            (255, .milliseconds(15)), (1, .milliseconds(4)), (255, .milliseconds(15)), (1, .milliseconds(4)),
        ])
        #expect(pace.count(within: .milliseconds(250)) ?? 0 > 256)
    }

    @Test func oneSlowGroupShowsThatTheDatabaseHasBecomeSlow() {
        let fast = [(count: Int, took: Duration)](repeating: (256, .milliseconds(20)), count: 50)
        let pace = pace(fast + [(256, .milliseconds(1_280))])
        #expect(pace.count(within: .milliseconds(250)) ?? 0 < 500)
        var slower = pace
        slower.note(100, took: .milliseconds(500))
        #expect(slower.count(within: .milliseconds(250)) ?? 0 < 100)
    }
}
