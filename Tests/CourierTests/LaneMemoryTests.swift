import RelayCore
import Testing

@testable import Courier

@Suite struct LaneMemoryTests {
    private let hog = EndpointID(1)
    private let other = EndpointID(2)

    /// Takes one by one what there is room for.
    private func fill(_ memory: inout LaneMemory, _ endpoint: EndpointID, weight: Int) -> Int {
        var count = 0
        while memory.room(of: endpoint, weight: weight) > 0 {
            memory.take(weight, for: endpoint)
            count += 1
        }
        return count
    }

    @Test func aLaneThatHoardsStopsAtHalfAndTwoAtAThirdEach() {
        var memory = LaneMemory(limit: 1_200)
        #expect(fill(&memory, hog, weight: 1) == 600)
        memory = LaneMemory(limit: 1_200)
        while memory.room(of: hog, weight: 1) + memory.room(of: other, weight: 1) > 0 {
            for endpoint in [hog, other] where memory.room(of: endpoint, weight: 1) > 0 {
                memory.take(1, for: endpoint)
            }
        }
        #expect(memory.used == 800)
        #expect(memory.room(of: EndpointID(3), weight: 1) == 200, "a third one finds what it needs")
    }

    @Test func allAtOnceIsNoMoreThanOneByOne() {
        var memory = LaneMemory(limit: 1_200)
        let room = memory.room(of: hog, weight: 7)
        #expect(room == fill(&memory, hog, weight: 7))
    }

    @Test func everyLaneMayHoldOneDeliveryHoweverLittleIsLeft() {
        var memory = LaneMemory(limit: 100)
        #expect(fill(&memory, hog, weight: 1_000) == 1)
        #expect(memory.room(of: hog, weight: 1) == 0)
        #expect(fill(&memory, other, weight: 1_000) == 1)
    }

    @Test func whatIsGivenBackIsFreeAgain() {
        var memory = LaneMemory(limit: 100)
        let count = fill(&memory, hog, weight: 10)
        for _ in 0..<count { memory.giveBack(10, of: hog) }
        #expect(memory.used == 0 && fill(&memory, hog, weight: 10) == count)
    }
}
