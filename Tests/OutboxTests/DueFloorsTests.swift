import RelayCore
import Testing

@testable import Outbox

@Suite struct DueFloorsTests {
    private let start = ContinuousClock.now
    private let one = EndpointID(1)
    private let two = EndpointID(2)

    /// After a first search.
    private func known() throws -> DueFloors {
        var floors = DueFloors(interval: .seconds(5))
        let search = try #require(floors.search(for: [one], at: start))
        #expect(search.endpoints == [one] && search.floors == [nil] && !search.isSweep)
        floors.note([one: 100], by: search, at: start + .seconds(30))
        #expect(floors[one] == 100)
        return floors
    }

    @Test func whatIsKnownServesForAWhileAndIsThenLookedForFromTheBeginning() throws {
        let floors = try known()
        #expect(floors.search(for: [one], at: start + .milliseconds(4_999)) == nil)
        let search = try #require(floors.search(for: [one], at: start + .seconds(5)))
        #expect(search.isSweep && search.floors == [nil])
    }

    @Test func anEndpointThatIsNotKnownIsLookedForAtOnceAndAlone() throws {
        var floors = try known()
        let search = try #require(floors.search(for: [two], at: start + .seconds(1)))
        #expect(!search.isSweep)
        #expect(Dictionary(uniqueKeysWithValues: zip(search.endpoints, search.floors)) == [one: 100, two: nil])
        floors.note([one: 101, two: 7], by: search, at: start + .seconds(1))
        #expect(floors[one] == 101 && floors[two] == 7)
    }

    @Test func aSweepIsMadeAtOnceWhereItIsWanted() throws {
        let floors = try known()
        #expect(try #require(floors.search(for: [one], at: start + .seconds(1), isSweepWanted: true)).isSweep)
    }

    @Test(arguments: [true, false]) func aSweepThatTakesLongIsNotRepeatedSoon(isGivenUp: Bool) throws {
        var floors = try known()
        let sweep = try #require(floors.search(for: [one], at: start + .seconds(5)))
        if isGivenUp {
            floors.pauseSweeps(after: sweep, at: start + .seconds(6))
        } else {
            floors.note([one: 200], by: sweep, at: start + .seconds(6))
        }
        for seconds in stride(from: 10, to: 56, by: 5) {
            let search = try #require(floors.search(for: [one], at: start + .seconds(seconds), isSweepWanted: true))
            #expect(!search.isSweep && search.floors == [isGivenUp ? 100 : 200])
            floors.note([:], by: search, at: start + .seconds(seconds))
        }
        #expect(try #require(floors.search(for: [one], at: start + .seconds(61))).isSweep)
    }

    @Test func howeverLongItTookASweepIsMadeAgainAfterAMinute() throws {
        var floors = try known()
        floors.pauseSweeps(
            after: try #require(floors.search(for: [one], at: start + .seconds(5))), at: start + .seconds(100))
        #expect(try #require(floors.search(for: [one], at: start + .seconds(160))).isSweep)
    }
}
