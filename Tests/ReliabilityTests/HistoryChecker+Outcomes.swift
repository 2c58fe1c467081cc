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
        let span = LeaseSpan(outcome)
        let tokens = seen.map { span?.token(of: $0, guess: outcome.token) }
        if let newer = tokens.compactMap({ $0 }).max(), newer > outcome.token {
            report(.newestLeaseSettles, "its token is \(outcome.token), and there was an attempt under token \(newer)")
        }
        // Of a cancelled one, an attempt may be about to start: see `cancelViolations`.
        guard outcome.state != "cancelled" else { return violations }
        // A call of an earlier lease may be on its way for a while, and its relay hears of no outcome; so may the last
        // call of a delivery that is exhausted, whose answer nobody waited for. The whole of a lease leaves room for a
        // busy machine, on which the merchant sees late what was long given up.
        let mayBeLate = tokens.map { token in
            token.map { $0 < outcome.token || $0 == outcome.token && outcome.state == "exhausted" } ?? false
        }
        let starts = zip(seen, mayBeLate).filter { !isJustAfterResumption($0.0.startedAt) }
        let late = starts.first { attempt, mayBeLate in
            attempt.isSurelyMade(after: settledAt)
                && attempt.startedAt > settledAt + Self.clockTolerance
                    + (mayBeLate ? terms.timeout + terms.leaseMargin : .zero)
        }
        if let late {
            report(.newestLeaseSettles, "an attempt started \(late.0.startedAt - settledAt) after it was settled")
        }
        if let startedAt = outcome.startedAt.map(history.time(atUnixSeconds:)),
            let newer = starts.first(where: {
                !$0.1 && $0.0.isSurelyMade(after: startedAt)
                    && $0.0.startedAt > startedAt + terms.timeout + Self.clockTolerance
            })
        {
            report(
                .newestLeaseSettles,
                "an attempt started \(newer.0.startedAt - startedAt) after the one that it tells of")
        }
        return violations
    }
}
