/// What the run's configuration promises of each event's deliveries.
struct DeliveryTerms: Sendable {
    /// To which endpoints each event of an app goes.
    var endpoints: [String: [String]]
    /// Whose orders have several events, which every endpoint sees one after the other.
    var orderedApps: Set<String> = []
    /// Of one life of a delivery: a requeue begins another.
    var maximumAttempts: Int
    /// How long one call may take. A lease holds at least as long from the call's beginning.
    var timeout: Duration
    /// What a lease has beyond that: for so long, a call may begin under it.
    var leaseMargin = Duration.seconds(5)
}
