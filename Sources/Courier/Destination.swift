import OutboundHTTP
import RelayCore

/// An endpoint that can be called: its connections, and how a call to it is written and signed.
struct Destination: Sendable {
    /// A part of the call's own time.
    private static let connectTimeout = Duration.seconds(5)

    private(set) var endpoint: Endpoint
    let http: HTTPDestination
    private let target: String
    private let signer: CallSigner

    init(_ endpoint: Endpoint, policy: AddressPolicy, outside: Outside) throws {
        let url = try HTTPURL(endpoint.url)
        self.endpoint = endpoint
        self.target = url.target
        self.signer = try CallSigner(endpoint.format)
        self.http = HTTPDestination(
            origin: url.origin, maxConnections: endpoint.maxInFlight, policy: policy, resolver: outside.resolver,
            tls: outside.trust, group: outside.group)
    }

    /// The same connections under other limits.
    func configured(_ endpoint: Endpoint) -> Destination {
        var copy = self
        copy.endpoint = endpoint
        return copy
    }

    func call(
        for event: Event, of platform: any Platform, atUnixMilliseconds now: Int64
    ) throws(PlatformError) -> HTTPCall {
        let signed = try signer.sign(event, of: platform, atUnixMilliseconds: now)
        return HTTPCall(
            method: .post, target: target,
            headers: [("Content-Type", signed.body.contentType), ("User-Agent", "Yizhan")] + signed.headers,
            body: signed.body.bytes)
    }

    func send(_ call: HTTPCall) async -> HTTPExchange {
        await http.call(
            call, connectTimeout: min(Self.connectTimeout, endpoint.timeout), timeout: endpoint.timeout)
    }
}
