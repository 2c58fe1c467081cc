import RelayCore
import Testing

let secret = Secret("whsec_eWl6aGFuIGRlbW8gbWVyY2hhbnQga2V5")
let app = App(
    id: AppID(1), name: "teahouse-rrx", merchant: "teahouse", platform: "renrenxiu", appKey: "key",
    secret: Secret("of the app"))

extension Endpoint {
    static func test(
        _ number: Int32 = 1, url: String = "http://127.0.0.1:9/", format: EndpointFormat = .standard(secret: secret),
        timeout: Duration = .seconds(10), maxInFlight: Int = 4, rate: Rate? = nil,
        retry: RetrySchedule = RetrySchedule(steps: [.seconds(5), .seconds(30)]),
        expireAfter: Duration = .seconds(3600), dailyQuota: Int? = nil, breaker: Bool = true, isPaused: Bool = false
    ) -> Endpoint {
        Endpoint(
            id: EndpointID(number), name: "endpoint-\(number)", merchant: "teahouse", url: url, format: format,
            timeout: timeout, maxInFlight: maxInFlight, rate: rate, retry: retry, expireAfter: expireAfter,
            dailyQuota: dailyQuota, breaker: breaker, isPaused: isPaused)
    }
}

extension LeasedDelivery {
    static func test(
        _ number: Int = 1, for endpoint: Int32 = 1, attempt: Int = 1, leaseLeft: Duration = .seconds(60),
        age: Duration = .zero, answersPlatform: Bool = true,
        bodyBytes: Int = 0
    ) -> LeasedDelivery {
        let id = EventID(unixMilliseconds: 1_700_000_000_000, random: UInt128(number))
        let body = "app_key=key&time_stamp=1700000000000&sign=00&order_no=order-\(number)&goods_code=zp_001&openid=o1"
        let filler = [UInt8](repeating: 0x20, count: max(bodyBytes - body.utf8.count, 0))
        return LeasedDelivery(
            key: DeliveryKey(event: id, endpoint: EndpointID(endpoint)),
            event: Event(
                id: id, app: app.id, type: "goods.issue", orderNo: "order-\(number)", body: Array(body.utf8) + filler),
            attempt: attempt, token: 1, leaseEnds: .now + leaseLeft, age: age, answersPlatform: answersPlatform)
    }
}

extension AttemptReport {
    var settled: OutcomeState? {
        if case .settle(let state) = verdict { state } else { nil }
    }

    var delay: Duration? {
        if case .reschedule(let delay) = verdict { delay } else { nil }
    }

    var postponement: Duration? {
        if case .postponed(let delay) = verdict { delay } else { nil }
    }

    var isNotStarted: Bool {
        if case .notStarted = verdict { true } else { false }
    }

    var isInterrupted: Bool {
        if case .interrupted = verdict { true } else { false }
    }
}
