/// Remembers how far each app's orders have been asked for, and sees to it that one relay at a time asks.
package protocol OrderPolls: Sendable {
    /// Leases orders of one of these kinds that are due to be asked for; nil where none is. A lease that runs out passes
    /// to whoever asks next, with all that was saved.
    func lease(
        _ types: [Int], of app: AppID, every: Duration
    ) async throws(InboxError) -> LeasedOrderPoll?

    /// Writes how far it has come, and makes the lease last anew. `window` nil: all up to `coveredUntil` was asked for.
    /// Returns false where the lease has passed to somebody else, and nothing was written.
    func save(_ poll: LeasedOrderPoll) async throws(InboxError) -> Bool

    /// Ends the lease.
    /// - Parameter pause: how long nobody is to ask again, after a failure.
    func giveBack(_ poll: LeasedOrderPoll, pause: Duration?) async throws(InboxError)

    /// Which of these have no event yet, by their places. Counts no repeats.
    func missing(_ arrivals: [Arrival], of app: AppID) async throws(InboxError) -> [Int]
}

/// The right to ask for the orders of one kind, until it runs out.
package struct LeasedOrderPoll: Sendable {
    package let app: AppID
    package let orderType: Int
    /// Grows with each lease.
    package let token: Int64
    /// How often it failed since it last went well.
    package let failures: Int
    /// Unix seconds by the database's clock, when it was leased.
    package let leasedAt: Int64
    /// Unix seconds; nil: nothing was asked for yet.
    package var coveredUntil: Int64?
    /// What somebody has begun with.
    package var window: OrderListWindow?

    package init(
        app: AppID, orderType: Int, token: Int64, failures: Int, leasedAt: Int64, coveredUntil: Int64?,
        window: OrderListWindow?
    ) {
        self.app = app
        self.orderType = orderType
        self.token = token
        self.failures = failures
        self.leasedAt = leasedAt
        self.coveredUntil = coveredUntil
        self.window = window
    }
}
