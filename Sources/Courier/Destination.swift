import OutboundHTTP
import RelayCore
import StandardWebhooks
import YouzanAPI

/// An endpoint that can be called: its connections, and how an attempt goes there. Shared by all attempts, as an endpoint
/// is much to copy.
final class Destination: Sendable {
    enum Manner: Sendable {
        case webhook(Webhook)
        case youzan(YouzanShop)
        case robot(Robot)
    }

    let endpoint: Endpoint
    /// Not to be seen in what is kept of an answer.
    let secrets: [Secret]
    let http: HTTPDestination
    /// Of webhooks alone.
    let turns: TurnQueue
    let manner: Manner

    init(_ endpoint: Endpoint, policy: AddressPolicy, outside: Outside, tokens: TokenDesk) throws {
        let url = try HTTPURL(endpoint.url)
        self.endpoint = endpoint
        self.secrets = Attempt.secrets(of: endpoint.format)
        self.turns = TurnQueue()
        self.http = HTTPDestination(
            origin: url.origin, maxConnections: endpoint.maxInFlight, policy: policy,
            outside: try outside.trusting(endpoint.tls))
        self.manner =
            switch endpoint.format {
            case .standard(let secret):
                .webhook(
                    Webhook(
                        target: url.target, signer: .standard(try StandardWebhooksSecret(parsing: secret)), http: http))
            case .platform(let appKey, let secret):
                .webhook(Webhook(target: url.target, signer: .platform(appKey: appKey, secret: secret), http: http))
            case .robot(_, let query):
                .robot(Robot(target: url.target, query: query, http: http))
            case .youzan(let target):
                .youzan(
                    try YouzanShop(target, client: YouzanClient(target, at: url, through: http), tokens: tokens))
            }
    }

    /// The same connections under other limits.
    init(_ endpoint: Endpoint, keeping other: Destination) {
        self.endpoint = endpoint
        secrets = other.secrets
        http = other.http
        turns = other.turns
        manner = other.manner
    }
}
