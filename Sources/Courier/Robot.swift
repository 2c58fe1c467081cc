import OutboundHTTP
import RelayCore

/// The robot of a chat group at DingTalk 钉钉 or WeCom 企业微信, which take the same call: an attempt posts the event's text.
struct Robot: Sendable {
    /// With the token in it.
    private let target: String
    private let secrets: [Secret]
    private let http: HTTPDestination

    init(target: String, query: Secret, http: HTTPDestination) {
        self.target = "\(target)?\(query.reveal())"
        // A robot may quote its token without what stands around it.
        secrets =
            [query]
            + query.reveal().split(separator: "&").compactMap { pair in
                pair.split(separator: "=", maxSplits: 1).last.map { Secret(String($0)) }
            }
        self.http = http
    }

    func carryOut(_ attempt: Attempt, of platform: any Platform) async -> AttemptReport {
        let text: JSON
        do {
            text = try platform.businessFields(of: attempt.delivery.event)["text"] ?? ""
        } catch {
            return attempt.failed("the call could not be written: \(error)", retryAfter: nil)
        }
        let body: JSON = ["msgtype": "text", "text": ["content": text]]
        var attempt = attempt
        attempt.secrets = secrets
        attempt.startedAt = .now
        let exchange = await http.call(
            HTTPCall(
                method: .post, target: target,
                headers: [("Content-Type", "application/json"), ("User-Agent", "Yizhan")], body: body.serialized()),
            within: attempt.timeout)
        return attempt.judge(exchange, platform: platform, by: Self.judge)
    }

    /// What a robot thinks of a message is in its answer; the status is 200 either way.
    private static func judge(_ answer: HTTPAnswer) -> Judgement {
        guard 200..<300 ~= answer.status else { return .failed(reason: "HTTP \(answer.status)", retryAfter: nil) }
        // What is not JSON has no errcode.
        switch (try? JSON(parsing: answer.body))?["errcode"]?.intValue {
        case 0: return .delivered(MerchantReply())
        case let code?: return .failed(reason: "the robot answered errcode \(code)", retryAfter: nil)
        case nil: return .failed(reason: "the answer has no errcode", retryAfter: nil)
        }
    }
}
