import NIOPosix
import OutboundHTTP
import Platforms
import RelayCore

/// The relay, as a platform sees it. Every address may be called: whoever names it may.
struct PlatformDestination: Sendable {
    private static let connectTimeout = Duration.seconds(5)

    private let http: HTTPDestination
    private let resolver: SystemResolver
    private let target: String
    private let timeout: Duration

    init(url: HTTPURL, connections: Int, timeout: Duration) throws {
        resolver = SystemResolver(threadCount: 1)
        http = HTTPDestination(
            origin: url.origin, maxConnections: connections,
            policy: AddressPolicy(allowedNetworks: [try CIDR("0.0.0.0/0"), try CIDR("::/0")]), resolver: resolver,
            tls: try TLSTrust(), group: MultiThreadedEventLoopGroup.singleton)
        target = url.target
        self.timeout = timeout
    }

    func post(_ body: [UInt8], contentType: String = FormBody.contentType) async -> HTTPExchange {
        let call = HTTPCall(method: .post, target: target, headers: [("Content-Type", contentType)], body: body)
        return await http.call(call, connectTimeout: min(Self.connectTimeout, timeout), timeout: timeout)
    }

    func close() async {
        await http.close()
        resolver.close()
    }
}
