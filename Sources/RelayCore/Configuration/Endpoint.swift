/// Where a merchant wants events.
@dynamicMemberLookup
package struct Endpoint: Hashable, Sendable {
    package var id: EndpointID
    package var settings: EndpointSettings
    package var isPaused: Bool

    package init(id: EndpointID, settings: EndpointSettings, isPaused: Bool = false) {
        self.id = id
        self.settings = settings
        self.isPaused = isPaused
    }

    package init(
        id: EndpointID, name: String, merchant: String, url: String, format: EndpointFormat,
        timeout: Duration = .seconds(10), maxInFlight: Int = 32, rate: Rate? = nil, ordered: Bool = false,
        retry: RetrySchedule = .standard, expireAfter: Duration = .seconds(72 * 3600),
        dailyQuota: Int? = nil, breaker: Bool = true, tls: EndpointTLS = EndpointTLS(), isPaused: Bool = false
    ) {
        self.init(
            id: id,
            settings: EndpointSettings(
                name: name, merchant: merchant, url: url, format: format, timeout: timeout, maxInFlight: maxInFlight,
                rate: rate, ordered: ordered, retry: retry, expireAfter: expireAfter, dailyQuota: dailyQuota,
                breaker: breaker, tls: tls),
            isPaused: isPaused)
    }

    package subscript<Value>(dynamicMember member: WritableKeyPath<EndpointSettings, Value>) -> Value {
        get { settings[keyPath: member] }
        set { settings[keyPath: member] = newValue }
    }
}

/// An endpoint as `relay.yaml` tells it. Whether it is paused is not told there.
package struct EndpointSettings: Hashable, Sendable {
    package var name: String
    package var merchant: String
    package var url: String
    package var format: EndpointFormat
    /// The whole call: connecting, sending, waiting, reading.
    package var timeout: Duration
    package var maxInFlight: Int
    package var rate: Rate?
    /// Events of one order go one after the other.
    package var ordered: Bool
    package var retry: RetrySchedule
    /// Counted from when the delivery was put into the outbox.
    package var expireAfter: Duration
    /// Calls on one day of Asia/Shanghai, retries too, of all relays together.
    package var dailyQuota: Int?
    /// Whether the endpoint is left alone for a while when it keeps failing.
    package var breaker: Bool
    package var tls: EndpointTLS
    /// Nil but for endpoints of the relay's own.
    package var alerts: AlertSettings?

    package init(
        name: String, merchant: String, url: String, format: EndpointFormat,
        timeout: Duration = .seconds(10), maxInFlight: Int = 32, rate: Rate? = nil, ordered: Bool = false,
        retry: RetrySchedule = .standard, expireAfter: Duration = .seconds(72 * 3600),
        dailyQuota: Int? = nil, breaker: Bool = true, tls: EndpointTLS = EndpointTLS(),
        alerts: AlertSettings? = nil
    ) {
        self.name = name
        self.merchant = merchant
        self.url = url
        self.format = format
        self.timeout = timeout
        self.maxInFlight = maxInFlight
        self.rate = rate
        self.ordered = ordered
        self.retry = retry
        self.expireAfter = expireAfter
        self.dailyQuota = dailyQuota
        self.breaker = breaker
        self.tls = tls
        self.alerts = alerts
    }
}

/// How an event is written for an endpoint.
package enum EndpointFormat: Hashable, Sendable {
    /// Standard Webhooks. `secret` is `whsec_` and base64; several, separated by spaces, while one is rotated.
    case standard(secret: Secret)
    /// The platform's own wire format, signed anew with the endpoint's own key.
    case platform(appKey: String, secret: Secret)
    /// A call of Youzan Cloud's API. The endpoint's `url` is the API's base address.
    case youzan(YouzanTarget)
    /// A text for a chat group. The query of the robot's address holds its token, and is not in the endpoint's `url`.
    case robot(ChatRobot, query: Secret)

    package var name: String {
        switch self {
        case .standard: "standard"
        case .platform: "platform"
        case .youzan: "youzan"
        case .robot(let robot, _): robot.rawValue
        }
    }

    /// With Youzan, the `client_id`.
    package var appKey: String? {
        switch self {
        case .standard, .robot: nil
        case .platform(let appKey, _): appKey
        case .youzan(let target): target.clientID
        }
    }

    /// With Youzan, the `client_secret`.
    package var secret: Secret {
        switch self {
        case .standard(let secret), .platform(_, let secret), .robot(_, let secret): secret
        case .youzan(let target): target.clientSecret
        }
    }

    package var youzan: YouzanTarget? {
        switch self {
        case .standard, .platform, .robot: nil
        case .youzan(let target): target
        }
    }
}

/// The robots of chat groups that take the same call.
package enum ChatRobot: String, Sendable, CaseIterable {
    /// DingTalk 钉钉
    case dingtalk
    /// WeCom 企业微信
    case wecom
}

/// `count` calls in each `period` on average; after a quiet time as many at once.
package struct Rate: Hashable, Sendable {
    package var count: Int
    package var period: Duration

    package init(count: Int, period: Duration) {
        self.count = count
        self.period = period
    }
}
