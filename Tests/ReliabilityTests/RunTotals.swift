/// What runs come to, in figures that can be added up.
struct RunTotals: Hashable, Sendable {
    /// By kind.
    var faults: [String: Int] = [:]
    var operatorActions = 0
    var orders = 0
    var events = 0
    var calls = 0
    var acknowledged = 0
    /// Events that were never acknowledged; they may be stored or not.
    var maybe = 0
    var maybeStored = 0
    var lost = 0
    var doubled = 0
    var attempts = 0
    var acceptedTwice = 0
    /// By state.
    var outcomes: [String: Int] = [:]
    var open = 0
    var violations = 0

    init() {}

    init(history: History, database: DatabaseSnapshot, violations: Int) {
        let calls = history.calls
        let names = Set(calls.map(\.event))
        let acknowledged = Set(calls.filter(\.isAcknowledged).map(\.event))
        let stored = Dictionary(grouping: database.events, by: \.name)
        let attempts = history.attempts
        let acceptances = Dictionary(
            grouping: attempts.filter { $0.ends.contains(where: \.how.isDelivered) }, by: \.delivery)
        for entry in history.entries {
            switch entry.event {
            case .fault(let fault): if let kind = fault.kind { faults[kind, default: 0] += 1 }
            case .operatorAsks: operatorActions += 1
            case .sent, .answered, .answerLost, .attemptStarted, .attemptEnded, .operatorHears: continue
            }
        }
        orders = Set(names.map { EventName(app: $0.app, order: $0.order) }).count
        events = names.count
        self.calls = calls.count
        self.acknowledged = acknowledged.count
        maybe = names.subtracting(acknowledged).count
        maybeStored = names.subtracting(acknowledged).count { stored[$0] != nil }
        lost = acknowledged.count { stored[$0] == nil }
        doubled = stored.values.count { $0.count > 1 }
        self.attempts = attempts.count
        acceptedTwice = acceptances.values.count { $0.count > 1 }
        outcomes = Dictionary(grouping: database.outcomes, by: \.state).mapValues(\.count)
        open = database.outbox.count
        self.violations = violations
    }

    static func += (total: inout RunTotals, run: RunTotals) {
        total.faults.merge(run.faults, uniquingKeysWith: +)
        total.operatorActions += run.operatorActions
        total.orders += run.orders
        total.events += run.events
        total.calls += run.calls
        total.acknowledged += run.acknowledged
        total.maybe += run.maybe
        total.maybeStored += run.maybeStored
        total.lost += run.lost
        total.doubled += run.doubled
        total.attempts += run.attempts
        total.acceptedTwice += run.acceptedTwice
        total.outcomes.merge(run.outcomes, uniquingKeysWith: +)
        total.open += run.open
        total.violations += run.violations
    }
}

extension RunTotals: CustomStringConvertible {
    /// One line.
    var description: String {
        """
        \(faults.values.reduce(0, +)) faults\(Self.list(faults, in: "(", ")")), \(operatorActions) operator actions; \
        \(orders) orders with \(events) events in \(calls) calls: \(acknowledged) acknowledged, \(lost) of them lost, \
        \(doubled) doubled, \(maybe) maybe (\(maybeStored) of them stored); \
        \(attempts) attempts, \(acceptedTwice) deliveries accepted twice; \
        outcomes\(Self.list(outcomes, in: "", "")), \(open) open; \(violations) violations
        """
    }

    private static func list(_ counts: [String: Int], in left: String, _ right: String) -> String {
        guard !counts.isEmpty else { return "" }
        return
            " \(left)\(counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))\(right)"
    }
}
