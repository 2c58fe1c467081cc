/// All faults in any order: which, when and how hard. A function of the seed and nothing else.
struct StormPlan: Hashable, Sendable {
    enum Blow: Hashable, Sendable {
        case kill(relay: Int)
        /// SIGSTOP, and SIGCONT later.
        case sleep(relay: Int, Duration)
        case restart(relay: Int)
        case endSessions
        case crashDatabase
        case harmDatabaseLink(relay: Int, FaultyLink.Harm, Duration)
        case harmMerchantLink(FaultyLink.Harm, Duration)
        /// Of the order that came so many before the last one.
        case requeue(ordersAgo: Int)
        case cancel(ordersAgo: Int)
        case pause(endpoint: String, Duration)
    }

    struct Step: Hashable, Sendable {
        /// After the step before.
        let wait: Duration
        let blow: Blow
    }

    let steps: [Step]

    /// - Parameter rounds: every kind of blow comes once in each.
    init(seed: UInt64, relays: Int, rounds: Int) {
        var dice = SeededGenerator(seed: seed, about: "storm")
        steps = (0..<rounds).flatMap { _ in
            Self.round(relays: relays, using: &dice).shuffled(using: &dice).map { blow in
                Step(wait: .milliseconds(Int.random(in: 50...600, using: &dice)), blow: blow)
            }
        }
    }

    private static func round(relays: Int, using dice: inout SeededGenerator) -> [Blow] {
        func relay() -> Int { Int.random(in: 0..<relays, using: &dice) }
        func milliseconds(_ range: ClosedRange<Int>) -> Duration { .milliseconds(Int.random(in: range, using: &dice)) }
        // So that most cuts are in the middle of a message, before or behind a commit.
        func bytes() -> Int { Int.random(in: 0...2_000, using: &dice) }
        func side() -> LinkSide { Bool.random(using: &dice) ? .near : .far }
        return [
            .kill(relay: relay()),
            .sleep(relay: relay(), milliseconds(500...7_000)),
            .restart(relay: relay()),
            .endSessions,
            .crashDatabase,
            .harmDatabaseLink(relay: relay(), .swallow, milliseconds(500...4_000)),
            .harmDatabaseLink(relay: relay(), .delay(milliseconds(20...2_000)), milliseconds(500...3_000)),
            .harmDatabaseLink(relay: relay(), .reset(afterBytes: bytes()), .zero),
            .harmDatabaseLink(relay: relay(), .halfClose(side(), afterBytes: bytes()), .zero),
            .harmMerchantLink(.swallow, milliseconds(500...2_000)),
            .harmMerchantLink(.delay(milliseconds(20...300)), milliseconds(500...3_000)),
            .harmMerchantLink(.reset(afterBytes: bytes()), .zero),
            .harmMerchantLink(.halfClose(side(), afterBytes: bytes()), .zero),
            .pause(endpoint: RunConfiguration.endpoints.randomElement(using: &dice) ?? "", milliseconds(500...2_000)),
        ]
            + (0..<3).flatMap { _ -> [Blow] in
                [
                    .cancel(ordersAgo: Int.random(in: 0..<20, using: &dice)),
                    .requeue(ordersAgo: Int.random(in: 0..<100, using: &dice)),
                ]
            }
    }
}
