import RelayCore

/// How many calls a day an app has: by the month's orders as configured, or as counted from time to time.
struct CallLimit {
    private static let countInterval = Duration.seconds(60)

    private var counted: (orders: Int, at: ContinuousClock.Instant)?

    /// Nil: no end of them.
    mutating func current(of app: ReconciledApp, _ ledger: any CallLedger) async throws(InboxError) -> Int? {
        if let orders = app.alliance.monthlyOrders { return CallQuota.callsPerDay(monthlyOrders: orders) }
        if let counted, .now - counted.at < Self.countInterval {
            return CallQuota.callsPerDay(monthlyOrders: counted.orders)
        }
        let orders = try await ledger.monthlyOrders(of: app.app.id)
        counted = (orders, .now)
        return CallQuota.callsPerDay(monthlyOrders: orders)
    }
}
