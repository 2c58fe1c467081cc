/// Proves from a history and from what is in the database that a run went wrong, or finds nothing. Pure.
struct HistoryChecker {
    /// What the database's clock and the history's may differ by.
    static let clockTolerance = Duration.milliseconds(50)

    struct Key: Hashable {
        let eventID: String
        let endpoint: String
    }

    let history: History
    let database: DatabaseSnapshot
    let terms: DeliveryTerms

    let calls: [SentCall]
    private let eventsByName: [EventName: [DatabaseSnapshot.Event]]
    private let acknowledged: Set<EventName>
    let orders: [String: String]
    let seen: [Key: [SeenAttempt]]
    let recorded: [Key: [DatabaseSnapshot.Attempt]]
    let resumptions: [Duration]

    init(history: History, database: DatabaseSnapshot, terms: DeliveryTerms) {
        self.history = history
        self.database = database
        self.terms = terms
        calls = history.calls
        eventsByName = Dictionary(grouping: database.events, by: \.name)
        acknowledged = Set(calls.filter(\.isAcknowledged).map(\.event))
        orders = Dictionary(database.events.map { ($0.id, $0.order) }) { first, _ in first }
        seen = Dictionary(grouping: history.attempts) {
            Key(eventID: $0.delivery.webhookID, endpoint: $0.delivery.endpoint)
        }
        recorded = Dictionary(grouping: database.attempts) { Key(eventID: $0.eventID, endpoint: $0.endpoint) }
        resumptions = history.resumptions
    }

    func violations() -> [Violation] {
        eventViolations() + contentViolations() + deliveryViolations() + database.outcomes.flatMap(violations(of:))
            + cancelViolations() + attemptViolations() + orderViolations()
    }

    /// Rule 1.
    private func eventViolations() -> [Violation] {
        var violations: [Violation] = []
        for (name, events) in eventsByName where events.count > 1 {
            violations.append(.init(rule: .oneEvent, order: name.order, finding: "\(name) has \(events.count) events"))
        }
        for name in acknowledged where eventsByName[name] == nil {
            violations.append(
                .init(rule: .oneEvent, order: name.order, finding: "\(name) was acknowledged and is not stored"))
        }
        let strangers = seen.values.compactMap(\.first?.delivery).filter { orders[$0.webhookID] == nil }
        for order in Set(strangers.map(\.order)) {
            violations.append(
                .init(rule: .oneEvent, order: order, finding: "a merchant was called for an event that is not stored"))
        }
        return violations
    }

    /// Rules 1 and 6: of repeats that differ, one is stored, and the others were told so.
    private func contentViolations() -> [Violation] {
        var violations: Set<Violation> = []
        for call in calls where call.isTaken {
            guard let stored = eventsByName[call.event]?.first, stored.content != call.content else { continue }
            violations.insert(
                .init(
                    rule: .contentIsKept, order: call.event.order,
                    finding: "\(call.event) was taken with \(call.content), and is stored with \(stored.content)"))
        }
        let sent = Dictionary(grouping: calls, by: \.event).mapValues { Set($0.map(\.content)) }
        for (name, events) in eventsByName {
            violations.formUnion(
                events.filter { !(sent[name]?.contains($0.content) ?? false) }.map {
                    .init(
                        rule: .contentIsKept, order: name.order,
                        finding: "\(name) is stored with \($0.content), which nobody sent")
                })
        }
        return Array(violations)
    }

    /// Rules 2 and 6.
    private func deliveryViolations() -> [Violation] {
        let open = Set(database.outbox.map { Key(eventID: $0.eventID, endpoint: $0.endpoint) })
        let ended = Set(database.outcomes.map { Key(eventID: $0.eventID, endpoint: $0.endpoint) })
        var violations: [Violation] = []
        for event in database.events {
            for endpoint in terms.endpoints[event.app] ?? [] {
                let key = Key(eventID: event.id, endpoint: endpoint)
                if open.contains(key), ended.contains(key) {
                    violations.append(
                        .init(
                            rule: .oneOutcome, order: event.order,
                            finding: "its delivery to \(endpoint) has an outcome and is in the outbox"))
                }
                if !open.contains(key), !ended.contains(key) {
                    violations.append(
                        .init(
                            rule: acknowledged.contains(event.name) ? .oneOutcome : .neverHalf, order: event.order,
                            finding: "its delivery to \(endpoint) is neither in the outbox nor has it an outcome"))
                }
            }
        }
        return violations
    }

    func isJustAfterResumption(_ time: Duration) -> Bool {
        resumptions.contains { $0 <= time && time <= $0 + terms.timeout + Self.clockTolerance }
    }
}
