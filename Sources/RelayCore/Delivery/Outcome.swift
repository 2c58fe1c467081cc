/// How a delivery ended.
package enum OutcomeState: String, Sendable, CaseIterable {
    /// The merchant took it.
    case delivered
    /// The merchant said no, for good.
    case refused
    /// Every attempt of the schedule failed.
    case exhausted
    /// It grew older than the endpoint's `expire_after`.
    case expired
    /// An operator ended it.
    case cancelled
}

/// A delivery's end, and what of it the platform may hear.
package struct Outcome: Sendable {
    package let key: DeliveryKey
    package let state: OutcomeState
    /// The platform's answer, byte for byte; only of the endpoint whose answer the platform gets.
    package let answer: [UInt8]?

    package init(key: DeliveryKey, state: OutcomeState, answer: [UInt8]?) {
        self.key = key
        self.state = state
        self.answer = answer
    }
}
