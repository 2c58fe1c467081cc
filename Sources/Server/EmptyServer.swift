import HTTPTypes
package import Hummingbird
import HummingbirdCore
import Logging
package import NIOCore
import ServiceLifecycle

/// The platforms' door with nobody behind it: every call's body is read, and is answered as if it were taken. What the HTTP
/// server costs by itself, for measuring; it is set up as `PlatformServer` is.
package struct EmptyServer: Service {
    private static let answer = ByteBuffer(string: #"{"result":0,"msg":"ok"}"#)

    private let application: Application<CallbackResponder<CallContext>>

    package init(address: BindAddress, group: any EventLoopGroup) {
        let metrics = ConnectionMetrics()
        let limits = ConnectionLimits(connectionsPerAddress: nil)
        let connections = OpenConnections(limits: limits, proxies: TrustedProxies(), metrics: metrics)
        application = Application(
            responder: CallbackResponder { request, _ in
                _ = try await request.body.collect(upTo: PlatformServer.maximumBodyBytes)
                return Response(
                    status: .ok, headers: [.contentType: "application/json"],
                    body: ResponseBody(byteBuffer: Self.answer))
            },
            server: PlatformServer.http(
                connections: connections, limits: limits, metrics: metrics, certificate: nil),
            configuration: .init(address: address, backlog: 1_024),
            eventLoopGroupProvider: .shared(group),
            logger: Logger(label: "empty", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    package func run() async throws {
        try await application.run()
    }
}
