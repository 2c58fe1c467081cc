import OutboundHTTP
import RelayCore
import StandardWebhooks
import YouzanAPI

/// An endpoint that can be called: its connections, and how an attempt goes there.
struct Destination: Sendable {
    private enum Manner: Sendable {
        case webhook(Webhook)
        case youzan(YouzanShop)
        case robot(Robot)
    }

    private(set) var endpoint: Endpoint
    let http: HTTPDestination
    private let manner: Manner

    init(_ endpoint: Endpoint, policy: AddressPolicy, outside: Outside, tokens: TokenDesk) throws {
        let url = try HTTPURL(endpoint.url)
        self.endpoint = endpoint
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
    func configured(_ endpoint: Endpoint) -> Destination {
        var copy = self
        copy.endpoint = endpoint
        return copy
    }

    /// Takes at most the endpoint's timeout, whatever the attempt consists of.
    func carryOut(
        _ attempt: Attempt, of platform: any Platform, unixMilliseconds: @Sendable () -> Int64
    ) async -> AttemptReport {
        switch manner {
        case .webhook(let webhook):
            await webhook.carryOut(attempt, of: platform, unixMilliseconds: unixMilliseconds)
        case .robot(let robot):
            await robot.carryOut(attempt, of: platform)
        case .youzan(let shop):
            await shop.carryOut(attempt, of: platform, unixMilliseconds: unixMilliseconds)
        }
    }
}
