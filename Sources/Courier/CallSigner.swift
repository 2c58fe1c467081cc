import RelayCore
import StandardWebhooks

/// Writes and signs an event in an endpoint's format.
enum CallSigner: Sendable {
    case standard(StandardWebhooksSecret)
    case platform(appKey: String, secret: Secret)

    /// Signed anew for each attempt: the time is signed as well.
    func sign(
        _ event: Event, of platform: any Platform, atUnixMilliseconds now: Int64
    ) throws(PlatformError) -> (body: WireBody, headers: [(String, String)]) {
        switch self {
        case .standard(let secret):
            let body = StandardEnvelope.body(of: event, fields: try platform.businessFields(of: event))
            let id = StandardEnvelope.id(of: event)
            let seconds = now / 1_000
            let signature = StandardWebhooksSignature.text(id: id, unixSeconds: seconds, body: body, secret: secret)
            return (
                WireBody(contentType: "application/json", bytes: body),
                [
                    ("webhook-id", id), ("webhook-timestamp", String(seconds)), ("webhook-signature", signature),
                ]
            )
        case .platform(let appKey, let secret):
            let body = try platform.signedAnew(event, appKey: appKey, secret: secret, atUnixMilliseconds: now)
            return (body, [])
        }
    }
}
