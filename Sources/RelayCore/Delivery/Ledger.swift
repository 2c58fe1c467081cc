/// Writes down what came of attempts.
package protocol Ledger: Sendable {
    /// Does not wait: what is recorded is written in groups. `isWritten` is called once it is, or once the token no
    /// longer matches.
    ///
    /// - Parameter isWritten: told whether a later event of the order waits in the outbox for this one, and is due now.
    func record(_ report: AttemptReport, isWritten: @escaping @Sendable (_ unblocks: Bool) -> Void)
}

/// One attempt, and what follows from it.
package struct AttemptReport: Sendable {
    package enum Verdict: Sendable {
        case settle(OutcomeState)
        case reschedule(after: Duration)
        /// The relay stops: the attempt was cut short, and another relay may go on at once.
        case interrupted
        /// No call was made: the delivery is as it was before it was leased.
        case notStarted
        /// No call could be made, through no fault of the merchant's: the delivery is as it was before it was leased, but
        /// due later.
        case postponed(by: Duration)
    }

    package let delivery: LeasedDelivery
    package var verdict: Verdict
    /// Nil where no call was made.
    package var startedAt: ContinuousClock.Instant?
    package var took: Duration?
    package var httpStatus: Int?
    /// Why it was not delivered, for people.
    package var reason: String?
    /// The first characters of what the merchant answered.
    package var answerStart: String?
    /// What the platform hears, byte for byte.
    package var answer: [UInt8]?
    package var warning: String?
    /// Nothing is to be delivered to the endpoint any more until a person resumes it.
    package var pausesEndpoint = false

    package init(_ delivery: LeasedDelivery, verdict: Verdict, reason: String? = nil) {
        self.delivery = delivery
        self.verdict = verdict
        self.reason = reason
    }
}
