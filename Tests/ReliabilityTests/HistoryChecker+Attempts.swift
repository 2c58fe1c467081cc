extension HistoryChecker {
    /// Rule 5, and the promise of the lease.
    func attemptViolations() -> [Violation] {
        let cancels = cancelsOfAttempts
        return seen.flatMap { key, attempts in
            scheduleViolations(key, attempts) + overlapViolations(key, attempts, cancels[key] ?? [])
        }
    }

    private func scheduleViolations(_ key: Key, _ attempts: [SeenAttempt]) -> [Violation] {
        let requeues = recorded[key]?.count(where: { !["failed", "interrupted"].contains($0.result) }) ?? 0
        let limit = terms.maximumAttempts * (requeues + 1)
        guard attempts.count > limit else { return [] }
        return [
            .init(
                rule: .scheduleIsKept, order: attempts[0].delivery.order,
                finding: "\(key.endpoint) saw \(attempts.count) attempts of at most \(limit)")
        ]
    }

    /// A lease holds until the call's time is over. Half of it is enough to tell whether it does, and leaves room for
    /// calls that were on their way for a while before the merchant saw them. If they were made so far apart that the
    /// earlier one's time was over, it was given up and is only seen late.
    ///
    /// - Parameter cancels: after each of them, the attempt in flight is none of the delivery's any more.
    private func overlapViolations(
        _ key: Key, _ attempts: [SeenAttempt], _ cancels: [Duration]
    ) -> [Violation] {
        zip(attempts, attempts.dropFirst()).compactMap { earlier, later in
            let isOpen = earlier.endedAt.map { later.startedAt < $0 } ?? true
            guard isOpen, later.startedAt < earlier.startedAt + terms.timeout / 2,
                !cancels.contains(where: { earlier.startedAt < $0 && $0 < later.startedAt }),
                !isGivenUp(earlier, before: later),
                !isJustAfterResumption(earlier.startedAt), !isJustAfterResumption(later.startedAt)
            else { return nil }
            return Violation(
                rule: .oneAttemptAtATime, order: earlier.delivery.order,
                finding: "\(key.endpoint) saw an attempt start \(later.startedAt - earlier.startedAt) after another "
                    + "that had not ended")
        }
    }

    /// Both times are cut to whole seconds: what is left of their distance is sure.
    private func isGivenUp(_ earlier: SeenAttempt, before later: SeenAttempt) -> Bool {
        guard let first = earlier.signedAt, let second = later.signedAt else { return false }
        return second - first - .seconds(1) >= terms.timeout
    }

    /// Rule 5, of orders with several events: first arrivals come as the events did. Where an operator let a later event
    /// pass an earlier one, they need not.
    func orderViolations() -> [Violation] {
        let steered = ordersThatOperatorsSteered
        let ordered = database.events.filter { terms.orderedApps.contains($0.app) && !steered.contains($0.order) }
        return Dictionary(grouping: ordered) { EventName(app: $0.app, order: $0.order) }.flatMap { name, events in
            (terms.endpoints[name.app] ?? []).compactMap { endpoint in
                let arrivals = events.sorted { $0.seq < $1.seq }.compactMap { event in
                    seen[Key(eventID: event.id, endpoint: endpoint)]?.first?.startedAt
                }
                guard zip(arrivals, arrivals.dropFirst()).contains(where: { $0 > $1 }) else { return nil }
                return Violation(
                    rule: .orderIsKept, order: name.order,
                    finding: "\(endpoint) saw a later event of it before an earlier one")
            }
        }
    }
}
