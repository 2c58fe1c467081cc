/// What the run's configuration promises of each event's deliveries.
struct DeliveryTerms: Sendable {
    /// Every event goes to each of these.
    var endpoints: [String]
    /// Of the endpoints above, those that see the events of an order one after the other.
    var orderedEndpoints: Set<String> = []
    /// Of one life of a delivery: a requeue begins another.
    var maximumAttempts: Int
    /// How long one call may take. A lease holds at least as long from the call's beginning.
    var timeout: Duration
}
