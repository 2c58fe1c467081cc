import RelayCore
import Testing

@testable import Outbox

@Suite struct DueFloorsTests {
    private let start = ContinuousClock.now
    private let endpoint = EndpointID(1)

    @Test func theFirstSearchIsASweepAndWhatItFindsIsKept() throws {
        var floors = DueFloors(interval: .seconds(5))
        let first = try #require(floors.search(at: start))
        #expect(first.isSweep && floors[endpoint] == nil)
        floors.note([endpoint: 100], by: first, at: start + .milliseconds(1))
        #expect(floors[endpoint] == 100)
        #expect(floors.search(at: start + .milliseconds(4_999)) == nil)
        let second = try #require(floors.search(at: start + .seconds(5)))
        floors.note([EndpointID(2): 7], by: second, at: start + .seconds(5))
        #expect(floors[endpoint] == 100, "a lane that was not asked for keeps what was known")
    }

    @Test func aSweepThatReadsForLongIsNotRepeatedSoon() throws {
        var floors = DueFloors(interval: .seconds(5))
        floors.note([:], by: try #require(floors.search(at: start)), at: start + .seconds(1))
        for seconds in stride(from: 5, to: 51, by: 5) {
            let search = try #require(floors.search(at: start + .seconds(seconds)))
            #expect(!search.isSweep)
            floors.note([:], by: search, at: start + .seconds(seconds))
        }
        #expect(try #require(floors.search(at: start + .seconds(55))).isSweep)
    }
}
