package import NIOCore
import NIOHTTP1
import RelayCore
import ServiceLifecycle

/// The platforms' door with nobody behind it: every call's body is read, and is answered as if it were taken. What the HTTP
/// server costs by itself, for measuring; it is set up as `PlatformServer` is.
package struct EmptyServer: Service {
    private let door: Door

    package init(host: String, port: Int, group: any EventLoopGroup) {
        let metrics = ConnectionMetrics()
        let limits = ConnectionLimits(connectionsPerAddress: nil)
        door = Door(
            host: host, port: port, tls: nil, limits: limits,
            connections: OpenConnections(limits: limits, proxies: TrustedProxies(), metrics: metrics), metrics: metrics,
            group: group)
    }

    package func run() async throws {
        try await door.run(EmptyResponder()) { _ in }
    }
}

private struct EmptyResponder: CallResponder, BegunCall {
    private static let answer = PlatformAnswer(body: Array(#"{"result":0,"msg":"ok"}"#.utf8))

    let bodyLimit = PlatformServer.maximumBodyBytes

    func begin(_ head: HTTPRequestHead, from peer: IPAddress?) -> Beginning {
        .wantsBody(self)
    }

    func answer(_ body: [UInt8], on eventLoop: any EventLoop, _ done: @escaping (PlatformAnswer) -> Void) {
        done(Self.answer)
    }

    func refuse(_ flaw: BodyFlaw) -> PlatformAnswer {
        Self.answer
    }
}
