import RelayCore
import Testing

@testable import Yizhan

struct SendPlanTests {
    @Test func theRepeatsOfAnOrderFollowOneAnother() {
        let plan = SendPlan(orders: .named("A"), count: 2, repeats: 3, rate: nil)
        #expect((0..<plan.total).map { plan.orderNo(ofCall: $0) } == ["A-1", "A-1", "A-1", "A-2", "A-2", "A-2"])
    }

    @Test func anOrdersEventsAreMadeInTurnAndEachIsRepeatedBeforeTheNext() {
        let plan = SendPlan(orders: .named("A"), count: 2, repeats: 2, steps: 3, rate: nil)
        #expect(plan.total == 12 && plan.callsInOrder == 6)
        #expect((0..<6).map { plan.orderNo(ofCall: $0) } == Array(repeating: "A-1", count: 6))
        #expect((0..<12).map { plan.step(ofCall: $0) } == [0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2])
        #expect(plan.orderNo(ofCall: 6) == "A-2")
    }

    @Test func ordersOfOneEventAreNotHeldUpByTheirRepeats() {
        #expect(SendPlan(orders: .named("A"), count: 2, repeats: 3, rate: nil).callsInOrder == 1)
    }

    @Test func aLoneOrderKeepsTheNameThatItWasGiven() {
        #expect(SendPlan(orders: .named("A"), count: 1, repeats: 2, rate: nil).orderNo(ofCall: 1) == "A")
    }

    @Test func generatedOrdersHaveNumbersOfOneLength() {
        let plan = SendPlan(orders: .prefixed("7"), count: 1_000, repeats: 1, rate: nil)
        #expect(plan.orderNo(ofCall: 0) == "70001")
        #expect(plan.orderNo(ofCall: 999) == "71000")
    }

    @Test func aRateSpacesTheCallsEvenly() {
        let plan = SendPlan(orders: .named("A"), count: 9, repeats: 1, rate: Rate(count: 4, period: .seconds(1)))
        #expect((0..<5).map { plan.due(ofCall: $0) } == [0, 250, 500, 750, 1_000].map { .milliseconds($0) })
    }

    @Test func withoutARateEveryCallIsDueAtOnce() {
        #expect(SendPlan(orders: .named("A"), count: 9, repeats: 1, rate: nil).due(ofCall: 8) == .zero)
    }
}
