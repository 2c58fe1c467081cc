import Testing

/// What came of a run.
struct Findings: Sendable {
    let name: String
    let seed: UInt64
    let history: History
    let database: DatabaseSnapshot
    let violations: [Violation]
    let totals: RunTotals
    /// What the relays logged, for whoever looks for the reason.
    let troubles: [String]
    /// The command that does the same again.
    let again: String

    init(
        name: String, seed: UInt64, history: History, database: DatabaseSnapshot, terms: DeliveryTerms,
        troubles: [String], again: String
    ) {
        self.name = name
        self.seed = seed
        self.history = history
        self.database = database
        self.troubles = troubles
        self.again = again
        violations = HistoryChecker(history: history, database: database, terms: terms).violations()
        totals = RunTotals(history: history, database: database, violations: violations.count)
    }

    var isAllWell: Bool {
        violations.isEmpty && database.outbox.isEmpty
    }

    /// Fails the test, with what somebody needs to find the reason, unless all went well and all has ended.
    func expectAllWell(sourceLocation: SourceLocation = #_sourceLocation) {
        SuiteTotals.add(totals)
        print(line)
        #expect(isAllWell, Comment(rawValue: report), sourceLocation: sourceLocation)
    }

    /// For a run of relays that lack a safeguard: fails the test unless that is found, by the rule that it serves.
    func expectCaught(by rule: Violation.Rule, sourceLocation: SourceLocation = #_sourceLocation) {
        let counts = Dictionary(grouping: violations, by: \.rule).mapValues(\.count)
        let caught = counts.sorted { $0.value > $1.value }.map { "\($0.value) times \"\($0.key.rawValue)\"" }
        SuiteTotals.add(mutant: name, caughtBy: caught.isEmpty ? nil : caught.joined(separator: ", "))
        print("mutant \(line)")
        #expect(
            counts[rule] != nil, "nothing broke \"\(rule.rawValue)\": \(line)\nagain: \(again)",
            sourceLocation: sourceLocation)
    }

    /// One for each run, whatever became of it.
    private var line: String {
        "\(name) (seed \(seed)): \(totals)"
    }

    /// The history of one order that went wrong, and how to see it again.
    var report: String {
        let concerned = violations.first?.order
        let open = Set(database.outbox.map(\.eventID))
        let stuck = database.events.first { open.contains($0.id) }?.order
        let order = concerned ?? stuck
        return """
            \(line)
            \(violations.prefix(10).map(\.description).joined(separator: "\n"))
            \(order.map { "the history of order \($0):\n" + history.lines(about: $0).joined(separator: "\n") } ?? "")
            \(troubles.joined(separator: "\n"))
            seed: \(seed)
            again: \(again)
            """
    }
}
