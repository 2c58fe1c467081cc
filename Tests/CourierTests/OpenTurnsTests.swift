import Synchronization
import Testing

@testable import Courier

@Suite(.timeLimit(.minutes(1))) struct OpenTurnsTests {
    @Test func nothingEntersOnceTheyAreClosed() async {
        let turns = OpenTurns()
        #expect(turns.enter())
        turns.leave()
        turns.close()
        #expect(!turns.enter())
        await turns.drained()
    }

    @Test func theWaitEndsWithTheLastThatLeavesAndNotBefore() async {
        let turns = OpenTurns()
        let left = Count()
        for _ in 1...1_000 { #expect(turns.enter()) }
        await withTaskGroup { group in
            group.addTask {
                await turns.drained()
                #expect(left.value == 1_000)
            }
            for _ in 1...4 {
                group.addTask {
                    for _ in 1...250 {
                        left.increment()
                        turns.leave()
                    }
                }
            }
            group.addTask { turns.close() }
        }
    }
}

private final class Count: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .sequentiallyConsistent) }

    func increment() {
        count.add(1, ordering: .sequentiallyConsistent)
    }
}
