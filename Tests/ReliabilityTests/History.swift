/// What happened in a run, as those outside the relays saw it, in the order in which it was written down.
struct History: Sendable {
    struct Entry: Sendable {
        /// Since the run began, on one monotonic clock.
        let at: Duration
        let event: Event
    }

    enum Event: Hashable, Sendable {
        /// The platform's side: a call for an order goes out.
        case sent(call: Int, order: String, relay: String)
        case answered(call: Int, status: Int, result: Int?)
        /// Nobody can say whether the relay stored the order.
        case answerLost(call: Int, reason: String)
        /// The merchant's side: a whole call has come in.
        case attemptStarted(attempt: Int, delivery: SeenDelivery)
        case attemptEnded(attempt: Int, end: AttemptEnd)
        case fault(Fault)
    }

    /// What the run's zero is on the database's clock.
    let unixSecondsAtZero: Double
    let entries: [Entry]

    /// A time of the database's on the history's clock.
    func time(atUnixSeconds seconds: Double) -> Duration {
        .seconds(seconds - unixSecondsAtZero)
    }
}

/// A delivery as a merchant knows it.
struct SeenDelivery: Hashable, Sendable {
    let endpoint: String
    /// The same in all attempts of an event.
    let webhookID: String
    let order: String
}

enum AttemptEnd: Hashable, Sendable {
    /// Written down before the answer is sent: a relay cannot know it earlier.
    case answered(status: Int, result: Int?)
    /// The caller went away, or the merchant did.
    case unanswered

    var isDelivered: Bool {
        switch self {
        case .answered(let status, let result): (200..<300).contains(status) && result != 1
        case .unanswered: false
        }
    }

    var isRefused: Bool {
        switch self {
        case .answered(let status, let result): status == 410 || (200..<300).contains(status) && result == 1
        case .unanswered: false
        }
    }
}

enum Fault: Hashable, Sendable {
    case killed(relay: String)
    case paused(relay: String)
    case resumed(relay: String)
    case toldToStop(relay: String)
    case sessionsEnded
    case databaseCrashed
    case databaseIsBack
    case databaseFrozen
    case databaseStopped
    case standbyStopped
    case standbyIsBack
    case standbyPromoted
}

// MARK: - What it comes to

/// One call of the platform's and what it heard.
struct SentCall: Sendable {
    let order: String
    let relay: String
    let sentAt: Duration
    /// Nil if there was no answer.
    var answeredAt: Duration?
    /// The status is 200: the platform may forget the order.
    var isAcknowledged = false
}

/// One attempt as the merchant saw it.
struct SeenAttempt: Sendable {
    let delivery: SeenDelivery
    let startedAt: Duration
    /// Nil if it had not ended when the history did.
    var end: (at: Duration, how: AttemptEnd)?
}

extension History {
    var calls: [SentCall] {
        var calls: [Int: SentCall] = [:]
        for entry in entries {
            switch entry.event {
            case .sent(let call, let order, let relay):
                calls[call] = SentCall(order: order, relay: relay, sentAt: entry.at)
            case .answered(let call, let status, _):
                calls[call]?.answeredAt = entry.at
                calls[call]?.isAcknowledged = status == 200
            case .answerLost, .attemptStarted, .attemptEnded, .fault: continue
            }
        }
        return Array(calls.values)
    }

    /// In the order of their starts.
    var attempts: [SeenAttempt] {
        var attempts: [Int: SeenAttempt] = [:]
        for entry in entries {
            switch entry.event {
            case .attemptStarted(let attempt, let delivery):
                attempts[attempt] = SeenAttempt(delivery: delivery, startedAt: entry.at)
            case .attemptEnded(let attempt, let end):
                attempts[attempt]?.end = (entry.at, end)
            case .sent, .answered, .answerLost, .fault: continue
            }
        }
        return attempts.values.sorted { $0.startedAt < $1.startedAt }
    }

    /// When paused relays went on: for a moment they act on leases that are over.
    var resumptions: [Duration] {
        entries.compactMap { entry in
            if case .fault(.resumed) = entry.event { entry.at } else { nil }
        }
    }

    /// What concerns an order, and the faults, one a line.
    func lines(about order: String) -> [String] {
        var calls: Set<Int> = []
        var attempts: Set<Int> = []
        return entries.compactMap { entry in
            let concerns =
                switch entry.event {
                case .sent(let call, order, _): calls.insert(call).inserted
                case .answered(let call, _, _), .answerLost(let call, _): calls.contains(call)
                case .attemptStarted(let attempt, let delivery) where delivery.order == order:
                    attempts.insert(attempt).inserted
                case .attemptEnded(let attempt, _): attempts.contains(attempt)
                case .fault: true
                case .sent, .attemptStarted: false
                }
            return concerns ? "\(entry.at)  \(entry.event)" : nil
        }
    }
}
