import RelayCore
import Synchronization
import TestSupport
import Testing

@Suite struct EventIDSourceTests {
    private let noon: Int64 = 1_795_317_000_123

    @Test func anIDIsAVersion7UUIDOfItsTime() {
        let noon = noon
        let id = EventIDSource(clock: { noon }, random: { 0xFFFF_FFFF_FFFF_FFFF }).next()
        #expect(id.description == "01a2013b-67bb-7000-bfff-ffffffffffff")
        #expect(Int64(id.bits >> 80) == noon)
    }

    @Test func idsGrowWhileTheClockStandsStill() {
        let noon = noon
        let source = EventIDSource(clock: { noon })
        let ids = (0..<10_000).map { _ in source.next() }
        #expect(zip(ids, ids.dropFirst()).allSatisfy(<))
        #expect(ids.last.map { Int64($0.bits >> 80) } == noon + 2)
    }

    @Test func idsGrowWhereverTheClockGoes() {
        let time = Mutex<(generator: SeededGenerator, now: Int64)>((SeededGenerator(seed: 1), noon))
        let source = EventIDSource(clock: {
            time.withLock { time in
                time.now += Int64.random(in: -3...3, using: &time.generator)
                return time.now
            }
        })
        let ids = (0..<10_000).map { _ in source.next() }
        #expect(zip(ids, ids.dropFirst()).allSatisfy(<))
    }

    @Test func theTimeOfAnIDFollowsTheClock() {
        let now = Mutex(noon)
        let source = EventIDSource(clock: { now.withLock { $0 } })
        let first = source.next()
        now.withLock { $0 += 1_000 }
        let second = source.next()
        #expect((second.bits >> 80) - (first.bits >> 80) == 1_000)
    }

    @Test func theRandomPartIsNewInEachID() {
        let noon = noon
        let source = EventIDSource(clock: { noon })
        let parts = (0..<1_000).map { _ in source.next().bits & 0x3FFF_FFFF_FFFF_FFFF }
        #expect(Set(parts).count == 1_000)
    }

    @Test func noTwoTasksGetTheSameID() async {
        let noon = noon
        let source = EventIDSource(clock: { noon })
        let ids = await withTaskGroup(of: [EventID].self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<1_000).map { _ in source.next() } }
            }
            return await group.reduce(into: [], +=)
        }
        #expect(Set(ids).count == 8_000)
    }

    @Test func twoProcessesOfTheSameMomentGetDifferentIDs() {
        let noon = noon
        let (here, there) = (EventIDSource(clock: { noon }), EventIDSource(clock: { noon }))
        let ids = (0..<1_000).flatMap { _ in [here.next(), there.next()] }
        #expect(Set(ids).count == 2_000)
    }
}
