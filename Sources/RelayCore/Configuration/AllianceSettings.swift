/// What an app of Meituan Alliance has besides.
package struct AllianceSettings: Hashable, Sendable {
    package static let defaultBaseURL = "https://runion.meituan.com"

    /// As `relay.yaml` tells it; the platform may have announced another one since.
    package var callbackKey: Secret?
    /// How long the key before stays valid.
    package var keyGrace: Duration
    /// Of the API that is asked for orders.
    package var baseURL: String
    /// Decides the API's daily quota; nil has the relay count them.
    package var monthlyOrders: Int?
    /// Nil: orders are never asked for.
    package var reconcile: ReconcileSettings?

    package init(
        callbackKey: Secret? = nil, keyGrace: Duration = .seconds(86_400), baseURL: String = Self.defaultBaseURL,
        monthlyOrders: Int? = nil, reconcile: ReconcileSettings? = ReconcileSettings()
    ) {
        self.callbackKey = callbackKey
        self.keyGrace = keyGrace
        self.baseURL = baseURL
        self.monthlyOrders = monthlyOrders
        self.reconcile = reconcile
    }
}

/// When a platform is asked for orders whose calls did not arrive.
package struct ReconcileSettings: Hashable, Sendable {
    package var every: Duration
    /// How far each time reaches back into what was asked for the time before.
    package var overlap: Duration
    /// The platform's numbers of the kinds of orders; each is asked for by a call of its own.
    package var types: [Int]

    package init(every: Duration = .seconds(600), overlap: Duration = .seconds(1_800), types: [Int] = [0, 2, 4, 5, 6]) {
        self.every = every
        self.overlap = overlap
        self.types = types
    }
}
