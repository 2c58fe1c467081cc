import Testing

@testable import Yizhan

struct DropPlanTests {
    @Test func aShareIsDroppedAndTheSameWithTheSameSeed() {
        let plan = DropPlan(share: 0.05, seed: 7)
        let dropped = (0..<10_000).filter { plan.drops($0) }
        #expect((400...600).contains(dropped.count))
        #expect((0..<10_000).filter { DropPlan(share: 0.05, seed: 7).drops($0) } == dropped)
        #expect((0..<10_000).filter { DropPlan(share: 0.05, seed: 8).drops($0) } != dropped)
    }

    @Test func noneAndAllAreSharesToo() {
        #expect(!(0..<1_000).contains { DropPlan(share: 0, seed: 1).drops($0) })
        #expect((0..<1_000).allSatisfy { DropPlan(share: 1, seed: 1).drops($0) })
    }
}
