import Testing

/// What came of a run.
struct Findings: Sendable {
    let name: String
    let seed: UInt64
    let history: History
    let database: DatabaseSnapshot
    let violations: [Violation]
    /// What the relays logged, for whoever looks for the reason.
    let troubles: [String]

    init(
        name: String, seed: UInt64, history: History, database: DatabaseSnapshot, terms: DeliveryTerms,
        troubles: [String]
    ) {
        self.name = name
        self.seed = seed
        self.history = history
        self.database = database
        self.troubles = troubles
        violations = HistoryChecker(history: history, database: database, terms: terms).violations()
    }

    /// Fails the test, with what somebody needs to find the reason, unless all went well and all has ended.
    func expectAllWell(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(violations.isEmpty, Comment(rawValue: report), sourceLocation: sourceLocation)
        #expect(database.outbox.isEmpty, Comment(rawValue: report), sourceLocation: sourceLocation)
    }

    /// One line for each run, whatever became of it.
    var totals: String {
        let calls = history.calls
        let acknowledged = Set(calls.filter(\.isAcknowledged).map(\.order))
        let stored = Set(database.events.map(\.order))
        let accepted = history.attempts.filter { $0.end?.how.isDelivered ?? false }
        let acceptances = Dictionary(grouping: accepted, by: \.delivery)
        let faults = history.entries.count { entry in
            switch entry.event {
            case .fault(.resumed), .fault(.databaseIsBack), .fault(.standbyIsBack), .fault(.standbyPromoted): false
            case .fault: true
            case .sent, .answered, .answerLost, .attemptStarted, .attemptEnded: false
            }
        }
        let outcomes = Dictionary(grouping: database.outcomes, by: \.state)
            .map { "\($0.value.count) \($0.key)" }.sorted()
        return """
            \(name) (seed \(seed)): \(faults) faults; \(Set(calls.map(\.order)).count) orders in \(calls.count) calls, \
            \(acknowledged.count) acknowledged, \(acknowledged.subtracting(stored).count) of them lost, \
            \(stored.subtracting(acknowledged).count) stored without the platform's knowing; \
            \(history.attempts.count) attempts, \(acceptances.values.count { $0.count > 1 }) deliveries accepted twice; \
            \(outcomes.joined(separator: ", ")), \(database.outbox.count) open; \
            \(violations.count) violations
            """
    }

    private var report: String {
        let concerned = violations.first?.order
        let open = Set(database.outbox.map(\.eventID))
        let stuck = database.events.first { open.contains($0.id) }?.order
        let order = concerned ?? stuck
        return """
            \(totals)
            \(violations.prefix(10).map(\.description).joined(separator: "\n"))
            \(order.map { "the history of order \($0):\n" + history.lines(about: $0).joined(separator: "\n") } ?? "")
            \(troubles.joined(separator: "\n"))
            again: YIZHAN_TEST_SEED=\(seed) swift test --filter ReliabilityTests
            """
    }
}
