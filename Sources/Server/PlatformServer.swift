import HTTPTypes
package import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
package import RelayCore
import ServiceLifecycle

/// The door for platforms: `/in/{app}/…` and nothing else.
package struct PlatformServer: Service {
    static let maximumBodyBytes = 64 * 1024
    private static let maximumConnections = 10_000
    /// For a connection that sends no complete request head, or no next request.
    private static let idleTimeout = TimeAmount.seconds(60)
    private static let maximumHeadBytes = 16 * 1024

    private let application: Application<CallbackResponder<CallContext>>

    /// - Parameters:
    ///   - bodyTimeout: how long a call may take to send its body.
    ///   - onServerRunning: called with the bound port, which tells what port 0 became.
    package init(
        address: BindAddress, platforms: [any Platform], intake: Intake, goodsLibrary: any GoodsLibrary,
        callbackKeys: any CallbackKeys, rejections: any Rejections, directory: @escaping @Sendable () -> Directory,
        unixMilliseconds: @escaping @Sendable () -> Int64, bodyTimeout: TimeAmount = .seconds(10),
        group: any EventLoopGroup, logger: Logger,
        onServerRunning: @escaping @Sendable (Int?) async -> Void = { _ in }
    ) {
        let desk = FrontDesk(
            platforms: platforms, intake: intake, goodsLibrary: goodsLibrary, callbackKeys: callbackKeys,
            rejections: rejections, directory: directory, unixMilliseconds: unixMilliseconds, logger: logger)
        self.application = Application(
            responder: CallbackResponder { request, context in
                Response(await desk.answer(request, from: context.remoteAddress)).answering(request.method)
            },
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [SlowBodyHandler(timeout: bodyTimeout)],
                    idleTimeout: Self.idleTimeout,
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: Self.maximumHeadBytes, maxHeaderListSize: Self.maximumHeadBytes,
                        maxHeaderFieldCount: 100))),
            configuration: .init(
                address: address, backlog: 1_024,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections)),
            onServerRunning: { await onServerRunning($0.localAddress?.port) },
            eventLoopGroupProvider: .shared(group),
            logger: logger.quiet)
    }

    package func run() async throws {
        try await application.run()
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
