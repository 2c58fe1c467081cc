/// Counts the calls to a platform's API, for all relays together. A limit is of one day in Beijing; nil is none.
package protocol CallLedger: Sendable {
    func balance(of app: AppID, limit: Int?, orderTypes: [Int]) async throws(InboxError) -> CallBalance

    /// Counts a call that is about to be made; false where the day's calls are used up.
    func takeCall(of app: AppID, limit: Int?) async throws(InboxError) -> Bool

    /// The platform itself says so.
    func useUp(_ app: AppID, limit: Int?) async throws(InboxError)

    /// Orders of this month in Beijing, counted up to `CallQuota.unlimitedFrom`.
    func monthlyOrders(of app: AppID) async throws(InboxError) -> Int
}

package struct CallBalance: Hashable, Sendable {
    /// Nil: no end of them.
    package let callsLeft: Int?
    /// Until the day is over.
    package let resetsIn: Duration
    /// How old the oldest order may be that was not asked for yet; nil while none was.
    package let lag: Duration?

    package init(callsLeft: Int?, resetsIn: Duration, lag: Duration?) {
        self.callsLeft = callsLeft
        self.resetsIn = resetsIn
        self.lag = lag
    }
}
