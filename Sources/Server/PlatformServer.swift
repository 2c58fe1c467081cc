package import Logging
package import NIOCore
import NIOSSL
package import RelayCore
import ServiceLifecycle

/// The door for platforms: `/in/{app}/…` and nothing else.
package struct PlatformServer: Service {
    static let maximumBodyBytes = 64 * 1024

    private let door: Door
    private let desk: FrontDesk
    private let onRunning: @Sendable (Int?) async -> Void

    /// - Parameters:
    ///   - certificate: nil for plain HTTP.
    ///   - bodyMemory: for large bodies of all calls at the door, in bytes.
    ///   - onRunning: called with the bound port, which tells what port 0 became.
    package init(
        host: String, port: Int, platforms: [any Platform], intake: Intake, goodsLibrary: any GoodsLibrary,
        callbackKeys: any CallbackKeys, rejections: any Rejections, directory: @escaping @Sendable () -> Directory,
        unixMilliseconds: @escaping @Sendable () -> Int64, certificate: ServerCertificate? = nil,
        proxies: TrustedProxies = TrustedProxies(), limits: ConnectionLimits = ConnectionLimits(),
        bodyMemory: Int = 64 << 20, group: any EventLoopGroup, logger: Logger,
        onRunning: @escaping @Sendable (Int?) async -> Void = { _ in }
    ) {
        desk = FrontDesk(
            platforms: platforms, intake: intake, goodsLibrary: goodsLibrary, callbackKeys: callbackKeys,
            refusals: Refusals(rejections: rejections, metrics: intake.metrics, logger: logger), proxies: proxies,
            bodyMemory: BodyMemory(limit: bodyMemory), directory: directory, unixMilliseconds: unixMilliseconds)
        let metrics = ConnectionMetrics()
        door = Door(
            host: host, port: port, tls: certificate?.tls, limits: limits,
            connections: OpenConnections(limits: limits, proxies: proxies, metrics: metrics), metrics: metrics,
            group: group)
        self.onRunning = onRunning
    }

    /// How many connections platforms have open.
    package var openConnections: Int { door.connections.total }

    package func run() async throws {
        try await door.run(desk, onRunning: onRunning)
    }
}
