/// What the platforms do about one order: a function of the seed and the order's number, and nothing else.
struct OrderPlan: Hashable, Sendable {
    struct Call: Hashable, Sendable {
        let app: RunConfiguration.App
        let event: EventName
        /// Of a goods issue the goods, of a push the status: what makes a repeat the same call.
        let content: String
        /// Counted on around all the relays that there are.
        let gate: Int
    }

    /// The calls of a step go out at once. The next step begins when each of them has been answered, or never will be.
    let steps: [[Call]]
    /// Whether the platform tries again what was not acknowledged.
    let isSentAgain: Bool

    private static let goods = ["zp_001", "zp_002"]

    init(seed: UInt64, number: Int) {
        let order = Self.order(number)
        var dice = SeededGenerator(seed: seed, about: order)
        let gate = Int.random(in: 0..<6, using: &dice)
        let fate = Int.random(in: 0..<20, using: &dice)
        switch Int.random(in: 0..<10, using: &dice) {
        case ..<2: steps = Self.pushes(of: order, fate: fate, gate: gate, withRefund: Bool.random(using: &dice))
        case ..<4: steps = Self.issues(of: order, by: RunConfiguration.otherApp, fate: fate, gate: gate)
        default: steps = Self.issues(of: order, by: RunConfiguration.app, fate: fate, gate: gate)
        }
        isSentAgain = Bool.random(using: &dice)
    }

    static func order(_ number: Int) -> String {
        "19\(100_000 + number)"
    }

    private static func issues(
        of order: String, by app: RunConfiguration.App, fate: Int, gate: Int
    ) -> [[Call]] {
        func issue(_ content: String = goods[0], at gate: Int, by caller: RunConfiguration.App? = nil) -> Call {
            let caller = caller ?? app
            return Call(
                app: caller, event: EventName(app: caller.name, order: order), content: content, gate: gate)
        }
        let once = issue(at: gate)
        return switch fate {
        case ..<4: [[once, issue(at: gate + 1)]]
        // At one relay, so that they may come into the same commit.
        case ..<6: [[once, once, once]]
        case 6: [[once, issue(goods[1], at: gate)]]
        case 7: [[once, issue(goods[1], at: gate + 1)]]
        case ..<10: [[once], [issue(at: gate + 1)]]
        case 10: [[once], [issue(goods[1], at: gate + 1)]]
        // The same number at two accounts is two orders.
        case 11: [[issue(at: gate, by: RunConfiguration.app), issue(at: gate + 1, by: RunConfiguration.otherApp)]]
        default: [[once]]
        }
    }

    private static func pushes(of order: String, fate: Int, gate: Int, withRefund: Bool) -> [[Call]] {
        let app = RunConfiguration.alliance
        let pushes = (withRefund ? ["1", "8", "9"] : ["1", "8"]).enumerated().map { position, status in
            Call(
                app: app, event: EventName(app: app.name, order: order, part: status), content: status,
                gate: gate + position)
        }
        return switch fate {
        case ..<7: [pushes]
        case ..<11: pushes.map { [$0, $0] }
        default: pushes.map { [$0] }
        }
    }
}
