/// The right to attempt a delivery until a time. A single reference, as `Event` is.
package final class LeasedDelivery: Sendable {
    package let key: DeliveryKey
    package let event: Event
    /// 1 for the first attempt.
    package let attempt: Int
    /// Grows with every lease; a result with an older one is thrown away.
    package let token: Int64
    /// Never later than the moment at which the database ends the lease.
    package let leaseEnds: ContinuousClock.Instant
    /// How long the delivery had been in the outbox when it was leased.
    package let age: Duration
    /// Whether a platform may hear of its outcome.
    package let answersPlatform: Bool

    package init(
        key: DeliveryKey, event: Event, attempt: Int, token: Int64, leaseEnds: ContinuousClock.Instant,
        age: Duration, answersPlatform: Bool
    ) {
        self.key = key
        self.event = event
        self.attempt = attempt
        self.token = token
        self.leaseEnds = leaseEnds
        self.age = age
        self.answersPlatform = answersPlatform
    }
}
