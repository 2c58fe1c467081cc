import OutboundHTTP
import RelayCore
import YouzanAPI

/// A shop at Youzan Cloud: an attempt is a call of its API with an access token, and a second one with a new token where
/// the first was refused.
struct YouzanShop: Sendable {
    private enum Course {
        case over(AttemptReport)
        /// The report is for when nothing follows.
        case tokenRefused(AccessToken, AttemptReport)
    }

    private let api: String
    private let version: String
    private let body: JSONTemplate
    private let client: YouzanClient
    private let tokens: TokenDesk

    init(_ target: YouzanTarget, client: YouzanClient, tokens: TokenDesk) throws(JSONTemplateError) {
        api = target.api
        version = target.version
        body = try JSONTemplate(parsing: target.body)
        self.client = client
        self.tokens = tokens
    }

    func carryOut(
        _ attempt: Attempt, of platform: any Platform, unixMilliseconds: @Sendable () -> Int64
    ) async -> AttemptReport {
        let deadline = ContinuousClock.now + attempt.timeout
        let content: [UInt8]
        do {
            content = body.filled(from: try platform.businessFields(of: attempt.delivery.event)).serialized()
        } catch {
            return attempt.failed("the call could not be written: \(error)", retryAfter: nil)
        }
        var attempt = attempt
        var course = await call(
            with: content, in: &attempt, of: platform, by: deadline, unixMilliseconds: unixMilliseconds)
        if case .tokenRefused(let token, _) = course {
            course = await call(
                with: content, in: &attempt, of: platform, after: token.version, by: deadline,
                unixMilliseconds: unixMilliseconds)
        }
        switch course {
        case .over(let report), .tokenRefused(_, let report): return report
        }
    }

    /// Waits for a token for half of the time that is left at most, so that the call has the other half.
    private func call(
        with content: [UInt8], in attempt: inout Attempt, of platform: any Platform, after refused: Int64 = 0,
        by deadline: ContinuousClock.Instant, unixMilliseconds: () -> Int64
    ) async -> Course {
        let now = ContinuousClock.now
        let token: AccessToken
        switch await tokens.token(for: client, after: refused, by: now + (deadline - now) / 2) {
        case .token(let issued): token = issued
        case .none(let retryAfter): return .over(attempt.postponed(by: retryAfter))
        case .cancelled: return .over(AttemptReport(attempt.delivery, verdict: .notStarted))
        }
        attempt.secrets += YouzanClient.spellings(of: token)
        let startedAt = attempt.startedAt ?? .now
        attempt.startedAt = startedAt
        let exchange = await client.call(
            api, version: version, body: content, with: token, within: deadline - .now)
        let secrets = attempt.secrets
        var isTokenRefused = false
        var report = attempt.judge(exchange, platform: platform) { answer in
            switch YouzanVerdict(of: answer, hiding: secrets, atUnixMilliseconds: unixMilliseconds()) {
            case .judged(let judgement):
                return judgement
            case .tokenRefused(let reason):
                isTokenRefused = true
                return .failed(reason: "the access token was refused: \(reason)", retryAfter: nil)
            }
        }
        if report.startedAt != nil { report.took = .now - startedAt }
        return isTokenRefused ? .tokenRefused(token, report) : .over(report)
    }
}
