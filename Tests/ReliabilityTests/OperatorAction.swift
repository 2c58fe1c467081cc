/// What a person does to deliveries by the SQL functions for operators.
enum OperatorAction: Hashable, Sendable {
    case requeue(app: String, order: String)
    case cancel(app: String, order: String)
    case pause(endpoint: String)
    case resume(endpoint: String)

    func concerns(_ order: String) -> Bool {
        switch self {
        case .requeue(_, let named), .cancel(_, let named): named == order
        case .pause, .resume: true
        }
    }

    var sql: String {
        switch self {
        case .requeue(let app, let order):
            "SELECT event_id, endpoint, previous_state FROM yizhan.requeue('\(order)', '\(app)')"
        case .cancel(let app, let order):
            "SELECT event_id, endpoint, was_in_flight FROM yizhan.cancel('\(order)', '\(app)', 'the storm')"
        case .pause(let endpoint): "SELECT 'paused', '\(endpoint)', yizhan.pause('\(endpoint)', 'the storm')"
        case .resume(let endpoint): "SELECT 'resumed', '\(endpoint)', yizhan.resume('\(endpoint)')"
        }
    }
}

enum OperatorAnswer: Hashable, Sendable {
    struct Row: Hashable, Sendable {
        let eventID: String
        let endpoint: String
        /// Of a requeue the previous state; of a cancel whether the delivery was in flight, `t` or `f`.
        let detail: String
    }

    case done([Row])
    /// Nobody can say whether it took effect.
    case lost(reason: String)
}
