import Testing

@Suite struct StormPlanTests {
    @Test func aSeedSaysWhichFaultsComeWhenAndAnotherSeedSaysOtherwise() {
        let plan = StormPlan(seed: 7, relays: 3, rounds: 2)
        #expect(plan == StormPlan(seed: 7, relays: 3, rounds: 2))
        #expect(plan != StormPlan(seed: 8, relays: 3, rounds: 2))
    }

    @Test func aSeedSaysWhatThePlatformsDoAboutEachOrder() {
        let plans = (1...200).map { OrderPlan(seed: 7, number: $0) }
        #expect(plans == (1...200).map { OrderPlan(seed: 7, number: $0) })
        #expect(plans != (1...200).map { OrderPlan(seed: 8, number: $0) })
    }

    @Test func thePlatformsRepeatAtOnceAndLaterWithTheSameAndWithOtherFieldsAndTellSeveralEventsOfAnOrder() {
        let steps = (1...400).map { OrderPlan(seed: 7, number: $0).steps }
        func repeats(in calls: [OrderPlan.Call], _ condition: (OrderPlan.Call, OrderPlan.Call) -> Bool) -> Bool {
            zip(calls, calls.dropFirst()).contains { $0.event == $1.event && condition($0, $1) }
        }
        #expect(steps.contains { repeats(in: $0[0]) { $0.content == $1.content && $0.gate == $1.gate } })
        #expect(steps.contains { repeats(in: $0[0]) { $0.content == $1.content && $0.gate != $1.gate } })
        #expect(steps.contains { repeats(in: $0[0]) { $0.content != $1.content } })
        #expect(steps.contains { repeats(in: $0.compactMap(\.first)) { $0.content != $1.content } })
        #expect(steps.contains { Set($0[0].map(\.event.part)).count == 3 })
        #expect(steps.contains { Set($0[0].map(\.event.app)).count == 2 })
    }
}
