import Platforms
import RelayCore
import StandardWebhooks

/// How a merchant tells that a call comes from the relay.
enum MerchantSignature: Sendable {
    case standard(StandardWebhooksSecret)
    case renrenxiu(appKey: String, secret: Secret)
    case meituanAlliance(secret: Secret)
    case youzan(clientID: String, secret: Secret)
    case unchecked

    enum Verdict: Hashable, Sendable {
        case right
        case unchecked
        case wrong(String)
    }

    func verdict(on call: MerchantCall, atUnixMilliseconds now: Int64) -> Verdict {
        switch self {
        case .unchecked: .unchecked
        case .standard(let secret): Self.verdict(on: call, secret, atUnixSeconds: now / 1_000)
        case .renrenxiu(let appKey, let secret): Self.verdict(on: call, appKey: appKey, secret)
        case .meituanAlliance(let secret): Self.verdict(on: call, alliance: secret)
        case .youzan(let clientID, let secret): Self.verdict(on: call, clientID: clientID, secret)
        }
    }

    private static func verdict(
        on call: MerchantCall, _ secret: StandardWebhooksSecret, atUnixSeconds now: Int64
    ) -> Verdict {
        guard let id = call.webhookID, let timestamp = call.timestamp, let signature = call.signature else {
            return .wrong("webhook-id, webhook-timestamp or webhook-signature is missing")
        }
        let verdict = StandardWebhooksSignature.verify(
            signature, id: id, timestamp: timestamp, body: call.body, secret: secret, nowUnixSeconds: now)
        return switch verdict {
        case .right: .right
        case .wrongSignature: .wrong("webhook-signature is not right: is it the endpoint's secret?")
        case .malformedTimestamp: .wrong("webhook-timestamp is not a number")
        case .staleTimestamp: .wrong("webhook-timestamp is more than 5 minutes off")
        }
    }

    private static func verdict(on call: MerchantCall, appKey: String, _ secret: Secret) -> Verdict {
        guard let form = call.form else { return .wrong("the body is not a form") }
        guard let key = form["app_key"], key.elementsEqual(appKey.utf8) else { return .wrong("app_key is another") }
        guard let sign = form["sign"], RenRenXiuSignature.isRight(sign, for: form, secret: secret) else {
            return .wrong("sign is not right: is it the endpoint's secret?")
        }
        return .right
    }

    private static func verdict(on call: MerchantCall, alliance secret: Secret) -> Verdict {
        guard let form = call.form else { return .wrong("the body is not a form") }
        guard let sign = form["sign"], AllianceSignature.isRight(sign, for: form, secret: secret) else {
            return .wrong("sign is not right: is it the endpoint's secret?")
        }
        return .right
    }

    private static func verdict(on call: MerchantCall, clientID: String, _ secret: Secret) -> Verdict {
        guard let push = call.json, let message = push["msg"]?.stringValue, let sign = push["sign"]?.stringValue else {
            return .wrong("the body is no push of Youzan's")
        }
        let isRight = YouzanSignature.isRight(sign, clientID: clientID, message: message, clientSecret: secret)
        return isRight ? .right : .wrong("sign is not right: is it the endpoint's secret?")
    }
}
