/// What a history proves to be wrong.
struct Violation: Hashable, Sendable, CustomStringConvertible {
    enum Rule: String, Hashable, Sendable, CaseIterable {
        case oneEvent = "every acknowledged order has exactly one event, and no order has two"
        case contentIsKept = "what was taken is what is stored"
        case oneOutcome = "every delivery ends in exactly one outcome, or is still in the outbox"
        case outcomeIsAnswered = "an outcome says what the merchant's side did answer"
        case newestLeaseSettles = "an outcome is that of the newest lease, and no attempt starts after it"
        case cancelHolds = "what is cancelled is not attempted any more, and stays cancelled"
        case scheduleIsKept = "attempts never exceed the schedule"
        case orderIsKept = "an ordered endpoint sees the events of an order in order"
        case neverHalf = "a call whose answer was lost is stored as a whole or not at all"
        case oneAttemptAtATime = "no delivery is attempted by two at once while a lease holds"
    }

    let rule: Rule
    let order: String
    let finding: String

    var description: String {
        "order \(order): \(finding) [\(rule.rawValue)]"
    }
}
