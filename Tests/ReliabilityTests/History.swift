/// What happened in a run, as those outside the relays saw it, in the order in which it was written down.
struct History: Sendable {
    struct Entry: Sendable {
        /// Since the run began, on one monotonic clock.
        let at: Duration
        let event: Event
    }

    enum Event: Hashable, Sendable {
        /// The platform's side: a call goes out. `content` is what has to be the same in a repeat.
        case sent(call: Int, event: EventName, content: String, relay: String)
        case answered(call: Int, status: Int, result: Int?)
        /// Nobody can say whether the relay stored the order.
        case answerLost(call: Int, reason: String)
        /// The merchant's side: a whole call has come in. All calls of one attempt have the same span. `signedAt` is what the
        /// call says of itself, in whole Unix seconds.
        case attemptStarted(call: Int, delivery: SeenDelivery, span: String, signedAt: Int64?)
        case attemptEnded(call: Int, end: AttemptEnd)
        case fault(Fault)
        case operatorAsks(OperatorAction)
        case operatorHears(OperatorAction, OperatorAnswer)
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

extension SeenDelivery: CustomStringConvertible {
    var description: String { "\(webhookID) to \(endpoint)" }
}

enum AttemptEnd: Hashable, Sendable {
    /// Written down before the answer is sent: a relay cannot know it earlier.
    case answered(status: Int, result: Int?)
    /// Bytes were sent that are no answer.
    case garbled(Garbage)
    /// The caller went away, or the merchant did.
    case unanswered

    var isDelivered: Bool {
        switch self {
        case .answered(let status, let result): (200..<300).contains(status) && result != 1
        case .garbled, .unanswered: false
        }
    }

    var isRefused: Bool {
        switch self {
        case .answered(let status, let result): status == 410 || (200..<300).contains(status) && result == 1
        case .garbled, .unanswered: false
        }
    }
}

// MARK: - What it comes to

/// One call of the platform's and what it heard.
struct SentCall: Sendable {
    let event: EventName
    let content: String
    let relay: String
    let sentAt: Duration
    /// Nil if it never was.
    var answeredAt: Duration?
    /// The status is 200: the platform may forget the order.
    var isAcknowledged = false
    /// The answer is a yes as well.
    var isTaken = false

    var order: String { event.order }
}

/// One attempt as the merchant saw it: one call, or two where the first one's kept connection was cut.
struct SeenAttempt: Sendable {
    let delivery: SeenDelivery
    let span: String
    /// When it came in. That may be long after it was made: a link delays it, or the merchant's process is late.
    let startedAt: Duration
    /// When its relay made it, cut to whole seconds, on the history's clock. Nil if the call does not say.
    let signedAt: Duration?
    var ends: [(at: Duration, how: AttemptEnd)] = []
    /// Calls that had not ended when the history did.
    var openCalls = 0

    /// Whether its relay made it after that moment, and not only brought it to the merchant.
    func isSurelyMade(after moment: Duration) -> Bool {
        signedAt.map { $0 > moment } ?? (startedAt > moment)
    }

    /// When the last of its calls was over, as far as they were.
    var endedAt: Duration? {
        openCalls == 0 ? ends.map(\.at).max() : nil
    }
}

extension History {
    /// In the order in which they were made.
    var calls: [SentCall] {
        var calls: [Int: SentCall] = [:]
        for entry in entries {
            switch entry.event {
            case .sent(let call, let event, let content, let relay):
                calls[call] = SentCall(event: event, content: content, relay: relay, sentAt: entry.at)
            case .answered(let call, let status, let result):
                calls[call]?.answeredAt = entry.at
                calls[call]?.isAcknowledged = status == 200
                calls[call]?.isTaken = status == 200 && result == 0
            case .answerLost, .attemptStarted, .attemptEnded, .fault, .operatorAsks, .operatorHears: continue
            }
        }
        return calls.sorted { $0.key < $1.key }.map(\.value)
    }

    /// In the order of their starts.
    var attempts: [SeenAttempt] {
        var attempts: [SeenAttempt] = []
        var places: [[String]: Int] = [:]
        var placesOfCalls: [Int: Int] = [:]
        for entry in entries {
            switch entry.event {
            case .attemptStarted(let call, let delivery, let span, let signedAt):
                let name = [delivery.endpoint, delivery.webhookID, span]
                let place = places[name] ?? attempts.count
                if place == attempts.count {
                    attempts.append(
                        SeenAttempt(
                            delivery: delivery, span: span, startedAt: entry.at,
                            signedAt: signedAt.map { time(atUnixSeconds: Double($0)) }))
                    places[name] = place
                }
                placesOfCalls[call] = place
                attempts[place].openCalls += 1
            case .attemptEnded(let call, let end):
                guard let place = placesOfCalls[call] else { continue }
                attempts[place].openCalls -= 1
                attempts[place].ends.append((entry.at, end))
            case .sent, .answered, .answerLost, .fault, .operatorAsks, .operatorHears: continue
            }
        }
        return attempts
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
                case .sent(let call, let event, _, _) where event.order == order: calls.insert(call).inserted
                case .answered(let call, _, _), .answerLost(let call, _): calls.contains(call)
                case .attemptStarted(let call, let delivery, _, _) where delivery.order == order:
                    attempts.insert(call).inserted
                case .attemptEnded(let call, _): attempts.contains(call)
                case .operatorAsks(let action), .operatorHears(let action, _): action.concerns(order)
                case .fault: true
                case .sent, .attemptStarted: false
                }
            return concerns ? "\(entry.at)  \(entry.event)" : nil
        }
    }
}
