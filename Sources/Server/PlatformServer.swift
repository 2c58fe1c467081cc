import HTTPTypes
package import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
package import NIOCore
package import RelayCore
import ServiceLifecycle

/// The door for platforms: `/in/{app}/…` and nothing else.
package struct PlatformServer: Service {
    static let maximumBodyBytes = 64 * 1024
    private static let maximumHeadBytes = 16 * 1024

    private let application: Application<CallbackResponder<CallContext>>
    private let connections: OpenConnections

    /// - Parameters:
    ///   - certificate: nil for plain HTTP.
    ///   - bodyMemory: for large bodies of all calls at the door, in bytes.
    ///   - onServerRunning: called with the bound port, which tells what port 0 became.
    package init(
        address: BindAddress, platforms: [any Platform], intake: Intake, goodsLibrary: any GoodsLibrary,
        callbackKeys: any CallbackKeys, rejections: any Rejections, directory: @escaping @Sendable () -> Directory,
        unixMilliseconds: @escaping @Sendable () -> Int64, certificate: ServerCertificate? = nil,
        proxies: TrustedProxies = TrustedProxies(), limits: ConnectionLimits = ConnectionLimits(),
        bodyMemory: Int = 64 << 20, group: any EventLoopGroup, logger: Logger,
        onServerRunning: @escaping @Sendable (Int?) async -> Void = { _ in }
    ) {
        let desk = FrontDesk(
            platforms: platforms, intake: intake, goodsLibrary: goodsLibrary, callbackKeys: callbackKeys,
            refusals: Refusals(rejections: rejections, metrics: intake.metrics, logger: logger), proxies: proxies,
            bodyMemory: BodyMemory(limit: bodyMemory), directory: directory, unixMilliseconds: unixMilliseconds)
        let metrics = ConnectionMetrics()
        let connections = OpenConnections(limits: limits, proxies: proxies, metrics: metrics)
        self.connections = connections
        self.application = Application(
            responder: CallbackResponder { request, context in
                let peer = context.remoteAddress.flatMap { IPAddress($0) }
                return Response(await desk.answer(request, from: peer)).answering(request.method)
            },
            server: Self.http(connections: connections, limits: limits, metrics: metrics, certificate: certificate),
            configuration: .init(address: address, backlog: 1_024),
            onServerRunning: { await onServerRunning($0.localAddress?.port) },
            eventLoopGroupProvider: .shared(group),
            logger: logger.quiet)
    }

    /// How many connections platforms have open.
    package var openConnections: Int { connections.total }

    package func run() async throws {
        try await application.run()
    }

    /// The server itself, whoever answers behind it.
    static func http(
        connections: OpenConnections, limits: ConnectionLimits, metrics: ConnectionMetrics,
        certificate: ServerCertificate?
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            let http = HTTP1Channel(
                responder: responder,
                configuration: .init(
                    additionalChannelHandlers: [SmallReads(), ConnectionGuard(limits: limits, metrics: metrics)],
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: Self.maximumHeadBytes, maxHeaderListSize: Self.maximumHeadBytes,
                        maxHeaderFieldCount: 100)))
            guard let certificate else { return DoorChannel(base: http, connections: connections) }
            let https = try TLSChannel(http, tlsConfiguration: certificate.tls)
            return DoorChannel(base: https, connections: connections)
        }
    }
}

/// Where a call came from, for the log.
struct CallContext: InitializableFromSource {
    let remoteAddress: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        remoteAddress = source.channel.remoteAddress
    }
}

extension Logger {
    /// The server's own messages, of starting and of broken connections, are no news at its usual levels.
    var quiet: Logger {
        var logger = self
        if logger.logLevel < .warning, logger.logLevel > .trace { logger.logLevel = .warning }
        return logger
    }
}

extension Response {
    init(_ answer: PlatformAnswer) {
        var headers = HTTPFields()
        headers[.contentType] = answer.contentType
        if let seconds = answer.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
        if !answer.allowedMethods.isEmpty { headers[.allow] = answer.allowedMethods.joined(separator: ", ") }
        if answer.closesConnection { headers[.connection] = "close" }
        self.init(
            status: HTTPResponse.Status(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}

extension Response {
    /// A body after the head of an answer to HEAD would be taken for the start of the next answer.
    func answering(_ method: HTTPRequest.Method) -> Response {
        method == .head ? createHeadResponse() : self
    }
}

extension PlatformAnswer {
    /// What is left of a body that is too large, or too slow, is not read.
    fileprivate var closesConnection: Bool {
        status == 413 || status == 408
    }
}
