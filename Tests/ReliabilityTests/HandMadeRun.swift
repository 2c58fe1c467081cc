/// A history written by hand, for the checker's own tests. Times are seconds since the run began, on both clocks.
struct HandMadeRun {
    var entries: [History.Entry] = []
    var database = DatabaseSnapshot()
    var terms = DeliveryTerms(endpoints: ["app": ["erp"]], maximumAttempts: 3, timeout: .seconds(1))
    private var numbers = 0

    var violations: [Violation] {
        HistoryChecker(
            history: History(unixSecondsAtZero: 0, entries: entries), database: database, terms: terms
        ).violations()
    }

    mutating func sendAcknowledged(_ order: String, app: String = "app", content: String = "goods") {
        send(order, app: app, content: content)
        entries.append(.init(at: .zero, event: .answered(call: numbers, status: 200, result: 0)))
    }

    mutating func sendMaybe(_ order: String) {
        send(order, app: "app", content: "goods")
        entries.append(.init(at: .zero, event: .answerLost(call: numbers, reason: "the connection was cut")))
    }

    private mutating func send(_ order: String, app: String, content: String) {
        numbers += 1
        entries.append(
            .init(
                at: .zero,
                event: .sent(
                    call: numbers, event: EventName(app: app, order: order), content: content, relay: "a")))
    }

    mutating func store(
        event: String, order: String, app: String = "app", part: String = "", content: String = "goods"
    ) {
        if !part.isEmpty {
            numbers += 1
            entries.append(
                .init(
                    at: .zero,
                    event: .sent(
                        call: numbers, event: EventName(app: app, order: order, part: part), content: content,
                        relay: "a")))
        }
        database.events.append(
            .init(
                id: event, app: app, order: order, part: part, content: content, seq: Int64(database.events.count)))
    }

    /// Without a span that is named, an attempt of its own.
    mutating func attempt(
        _ event: String, order: String, from: Double, to: Double, _ end: AttemptEnd, span: String? = nil,
        signedAt: Int64? = nil
    ) {
        numbers += 1
        let delivery = SeenDelivery(endpoint: "erp", webhookID: event, order: order)
        entries.append(
            .init(
                at: .seconds(from),
                event: .attemptStarted(
                    call: numbers, delivery: delivery, span: span ?? "\(numbers)", signedAt: signedAt)))
        entries.append(.init(at: .seconds(to), event: .attemptEnded(call: numbers, end: end)))
    }

    mutating func cancel(_ event: String, order: String, wasInFlight: String, at: Double) {
        let row = OperatorAnswer.Row(eventID: event, endpoint: "erp", detail: wasInFlight)
        entries.append(
            .init(at: .seconds(at), event: .operatorHears(.cancel(app: "app", order: order), .done([row]))))
    }

    mutating func settle(
        _ event: String, _ state: String, token: Int64, startedAt: Double? = nil, settledAt: Double
    ) {
        database.outcomes.append(
            .init(
                eventID: event, endpoint: "erp", state: state, token: token, startedAt: startedAt,
                settledAt: settledAt))
    }
}
