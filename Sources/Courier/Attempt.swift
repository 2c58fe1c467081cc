import OutboundHTTP
import RelayCore

/// What one attempt's course means for its delivery. Pure but for the dice of the retry's jitter.
struct Attempt {
    private static let keptCharacters = 200

    let delivery: LeasedDelivery
    let timeout: Duration
    var startedAt: ContinuousClock.Instant?
    /// Not to be seen in what is kept of an answer.
    var secrets: [Secret]
    private let retry: RetrySchedule
    private let expireAfter: Duration

    init(_ delivery: LeasedDelivery, _ endpoint: Endpoint) {
        self.init(delivery, endpoint, hiding: Self.secrets(of: endpoint.settings.format))
    }

    /// - Parameter secrets: those of the endpoint.
    init(_ delivery: LeasedDelivery, _ endpoint: Endpoint, hiding secrets: [Secret]) {
        self.delivery = delivery
        self.secrets = secrets
        timeout = endpoint.settings.timeout
        retry = endpoint.settings.retry
        expireAfter = endpoint.settings.expireAfter
    }

    static func secrets(of format: EndpointFormat) -> [Secret] {
        switch format {
        // Several while one is being replaced.
        case .standard(let secret): secret.reveal().split(separator: " ").map { Secret(String($0)) }
        case .platform, .youzan, .robot: [format.secret]
        }
    }

    /// Nil if the call may be made.
    func endBeforeCalling(at now: ContinuousClock.Instant) -> AttemptReport? {
        if delivery.age >= expireAfter {
            return AttemptReport(
                delivery, verdict: .settle(.expired),
                reason: "still undelivered after \(expireAfter.text)")
        }
        if delivery.attempt > retry.maximumAttempts {
            return AttemptReport(
                delivery, verdict: .settle(.exhausted),
                reason: "relays ended in the middle of attempts until none was left")
        }
        // A call that outlives its lease could run side by side with the next relay's.
        if delivery.leaseEnds - now < timeout {
            return AttemptReport(delivery, verdict: .notStarted)
        }
        return nil
    }

    func judge(
        _ exchange: HTTPExchange, platform: any Platform, atUnixMilliseconds now: Int64
    ) -> AttemptReport {
        judge(exchange, platform: platform) { answer in
            let merchantAnswer = MerchantAnswer(
                status: answer.status, body: answer.body.hiding(secrets), retryAfter: answer.value(of: "Retry-After"))
            return Judgement(of: merchantAnswer, atUnixMilliseconds: now)
        }
    }

    func judge(
        _ exchange: HTTPExchange, platform: any Platform, by rule: (HTTPAnswer) -> Judgement
    ) -> AttemptReport {
        var report: AttemptReport
        switch exchange.result {
        case .failure(.cancelled):
            report = AttemptReport(delivery, verdict: .interrupted, reason: "the relay stopped")
        case .failure(.destinationClosed):
            // The endpoint was configured anew just before the call.
            return AttemptReport(delivery, verdict: .notStarted)
        case .failure(let failure):
            report = failed("\(failure)", retryAfter: nil)
        case .success(let answer):
            report = self.report(rule(answer), of: answer, platform: platform)
        }
        report.startedAt = startedAt
        report.took = exchange.timings.total
        return report
    }

    func failed(_ reason: String, retryAfter: Duration?) -> AttemptReport {
        let delay = retry.delay(
            afterAttempt: delivery.attempt, retryAfter: retryAfter, jitter: .random(in: 0..<1))
        guard let delay else {
            return AttemptReport(delivery, verdict: .settle(.exhausted), reason: reason)
        }
        // Never due after its expiry, so that a person hears of it when it expires and not at the next long step.
        let untilExpiry = max(expireAfter - delivery.age, .zero)
        return AttemptReport(delivery, verdict: .reschedule(after: min(delay, untilExpiry)), reason: reason)
    }

    /// No call could be made, through no fault of the merchant's.
    func postponed(by delay: Duration) -> AttemptReport {
        var report = AttemptReport(
            delivery, verdict: .postponed(by: delay), reason: "there is no access token to call with")
        // A call that was refused for its token counts towards the endpoint's rate all the same.
        report.startedAt = startedAt
        return report
    }

    private func report(
        _ judgement: Judgement, of answer: HTTPAnswer, platform: any Platform
    ) -> AttemptReport {
        var report: AttemptReport
        switch judgement {
        case .delivered(let reply):
            report = AttemptReport(delivery, verdict: .settle(.delivered))
            keep(reply, of: platform, in: &report)
        case .refused(let reply, let pausesEndpoint):
            let reason = pausesEndpoint ? "HTTP 410: nothing is there any more" : reply.message.map(Self.kept)
            report = AttemptReport(delivery, verdict: .settle(.refused), reason: reason)
            report.pausesEndpoint = pausesEndpoint
            keep(reply, of: platform, in: &report)
        case .failed(let reason, let retryAfter):
            report = failed(reason, retryAfter: retryAfter)
        }
        report.httpStatus = answer.status
        if report.answer == nil, !answer.body.isEmpty {
            report.answerStart = start(of: answer.body)
        }
        return report
    }

    private func keep(_ reply: MerchantReply, of platform: any Platform, in report: inout AttemptReport) {
        guard delivery.answersPlatform, let writer = platform.outcomeWriter else { return }
        let kept = writer.answer(reply)
        report.answer = kept.answer
        report.warning = kept.warning.map(Self.kept)
    }

    private func start(of body: [UInt8]) -> String {
        // Enough for a secret that begins within what is kept to be seen whole, and hidden.
        let length = Self.keptCharacters * 4 + (secrets.map { $0.reveal().utf8.count }.max() ?? 0)
        return Self.kept(String(decoding: body.prefix(length), as: UTF8.self).hiding(secrets))
    }

    /// Words of a merchant's: not more than a start of them, on one line, and without the NUL that PostgreSQL's text
    /// cannot hold.
    private static func kept(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(keptCharacters)
        return String(
            String.UnicodeScalarView(scalars.map { Self.isControlOrLineBreak($0) ? " " : $0 }))
    }

    private static func isControlOrLineBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
