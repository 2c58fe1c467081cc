/// What an operator may want to be told.
package enum AlertKind: String, Sendable, CaseIterable {
    case endpointPaused = "endpoint_paused"
    case breakerOpen = "breaker_open"
    case deadLetters = "dead_letters"
}

/// Which of the relay's own alerts an endpoint gets.
package struct AlertSettings: Hashable, Sendable {
    /// Nil for those about the endpoints of every merchant.
    package var merchant: String?
    package var kinds: Set<AlertKind>
    /// How long a breaker is open before it is worth an alert.
    package var breakerOpenFor: Duration
    /// What is over this is told later, if it is still so by then.
    package var atMost: Rate

    package init(
        merchant: String? = nil, kinds: Set<AlertKind> = Set(AlertKind.allCases),
        breakerOpenFor: Duration = .seconds(300), atMost: Rate = Rate(count: 20, period: .seconds(3600))
    ) {
        self.merchant = merchant
        self.kinds = kinds
        self.breakerOpenFor = breakerOpenFor
        self.atMost = atMost
    }
}

/// Alerts are events of an app of the relay's own, and who gets them are endpoints of a merchant of its own: so they are
/// retried, traced and requeued like everything else. No file can have these names.
package enum OwnHouse {
    package static let merchant = "@yizhan"
    package static let platform = "yizhan"
    package static let app = AppID(-1)

    /// The endpoint of an entry of `alerts:`.
    package static func endpoint(
        named name: String, url: String, format: EndpointFormat, alerts: AlertSettings
    ) -> EndpointSettings {
        EndpointSettings(
            name: "alert:\(name)", merchant: merchant, url: url, format: format, maxInFlight: 2,
            retry: RetrySchedule(steps: [.seconds(5), .seconds(30), .seconds(120), .seconds(600), .seconds(1800)]),
            expireAfter: .seconds(6 * 3600), alerts: alerts)
    }
}
