extension HistoryChecker {
    /// Rules 3 and 4, of one outcome.
    func violations(of outcome: DatabaseSnapshot.Outcome) -> [Violation] {
        let key = Key(eventID: outcome.eventID, endpoint: outcome.endpoint)
        let order = orders[outcome.eventID] ?? "of event \(outcome.eventID)"
        let seen = seen[key] ?? []
        let settledAt = history.time(atUnixSeconds: outcome.settledAt)
        var violations: [Violation] = []
        func report(_ rule: Violation.Rule, _ finding: String) {
            violations.append(
                .init(rule: rule, order: order, finding: "\(outcome.endpoint): \(outcome.state), but \(finding)"))
        }

        let answers = seen.flatMap(\.ends).filter { $0.at <= settledAt + Self.clockTolerance }
        switch outcome.state {
        case "delivered" where !answers.contains(where: \.how.isDelivered):
            report(.outcomeIsAnswered, "the merchant never answered 2xx before that")
        case "refused" where !answers.contains(where: \.how.isRefused):
            report(.outcomeIsAnswered, "the merchant never refused it before that")
        default:
            break
        }

        let newest = recorded[key]?.map(\.token).max() ?? 0
        if newest >= outcome.token {
            report(.newestLeaseSettles, "its token is \(outcome.token), and an attempt with token \(newest) failed")
        }
        if let newer = seen.compactMap({ LeaseSpan(outcome)?.token(of: $0, above: outcome.token) }).max() {
            report(.newestLeaseSettles, "its token is \(outcome.token), and there was an attempt under token \(newer)")
        }
        // Of a cancelled one, an attempt may be about to start: see `cancelViolations`.
        guard outcome.state != "cancelled" else { return violations }
        let leased = seen.map(\.startedAt).filter { !isJustAfterResumption($0) }
        if let late = leased.first(where: { $0 > settledAt + Self.clockTolerance }) {
            report(.newestLeaseSettles, "an attempt started \(late - settledAt) after it was settled")
        }
        if let startedAt = outcome.startedAt.map(history.time(atUnixSeconds:)),
            // A call may be on its way for as long as it may take.
            let newer = leased.first(where: { $0 > startedAt + terms.timeout + Self.clockTolerance })
        {
            report(.newestLeaseSettles, "an attempt started \(newer - startedAt) after the one that it tells of")
        }
        return violations
    }
}
