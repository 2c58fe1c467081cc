extension HistoryChecker {
    /// Orders that somebody requeued or cancelled, or may have.
    var ordersThatOperatorsSteered: Set<String> {
        Set(
            history.entries.compactMap { entry in
                switch entry.event {
                case .operatorAsks(.requeue(_, let order)), .operatorAsks(.cancel(_, let order)): order
                case .operatorAsks, .operatorHears, .sent, .answered, .answerLost, .attemptStarted, .attemptEnded,
                    .fault:
                    nil
                }
            })
    }

    /// An attempt under a lease that was taken before the cancelling may start for as long as the lease holds.
    func cancelViolations() -> [Violation] {
        let requeues = requeuesByOrder
        let states = Dictionary(
            database.outcomes.map { (Key(eventID: $0.eventID, endpoint: $0.endpoint), $0.state) }
        ) { first, _ in first }
        return history.entries.flatMap { entry -> [Violation] in
            guard case .operatorHears(.cancel(let app, let order), .done(let rows)) = entry.event else { return [] }
            let name = EventName(app: app, order: order)
            let reopenedAt = requeues[name]?.first { $0 >= entry.at }
            return rows.flatMap { row -> [Violation] in
                let key = Key(eventID: row.eventID, endpoint: row.endpoint)
                let limit = entry.at + Self.clockTolerance + (row.detail == "t" ? terms.leaseMargin : .zero)
                var findings: [String] = []
                let late = seen[key]?.first {
                    $0.startedAt > limit && $0.startedAt < reopenedAt ?? .seconds(Int64.max)
                        && $0.isSurelyMade(after: entry.at) && !isJustAfterResumption($0.startedAt)
                }
                if let late { findings.append("an attempt started \(late.startedAt - entry.at) after the cancel") }
                if reopenedAt == nil, states[key] != "cancelled" {
                    findings.append("it was cancelled, and ended as \(states[key] ?? "nothing")")
                }
                return findings.map { .init(rule: .cancelHolds, order: order, finding: "\(row.endpoint): \($0)") }
            }
        }
    }

    /// When deliveries in flight were cancelled.
    var cancelsOfAttempts: [Key: [Duration]] {
        history.entries.reduce(into: [:]) { cancels, entry in
            guard case .operatorHears(.cancel, .done(let rows)) = entry.event else { return }
            for row in rows where row.detail == "t" {
                cancels[Key(eventID: row.eventID, endpoint: row.endpoint), default: []].append(entry.at)
            }
        }
    }

    /// When somebody asked for them; in time order.
    private var requeuesByOrder: [EventName: [Duration]] {
        history.entries.reduce(into: [:]) { requeues, entry in
            guard case .operatorAsks(.requeue(let app, let order)) = entry.event else { return }
            requeues[EventName(app: app, order: order), default: []].append(entry.at)
        }
    }
}
