import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import RelayCore
import ServiceLifecycle

/// A small server in the place of somebody else's.
struct StandIn: Service {
    struct Call: Sendable {
        let method: String
        /// Without the query.
        let path: String
        let contentType: String
        let body: [UInt8]
    }

    struct Answer: Sendable {
        var status = 200
        var contentType = "application/json"
        var body: [UInt8] = []
    }

    private static let maximumBodyBytes = 1024 * 1024

    let listen: ListenAddress
    /// How long each answer takes.
    var delay = Duration.zero
    let answer: @Sendable (Call) -> Answer
    /// Called once, with the port that is bound.
    var onReady: @Sendable (_ port: Int) async -> Void = { _ in }

    func run() async throws {
        try await Application(
            responder: CallbackResponder { (request: Request, _: StandInContext) in try await take(request) },
            configuration: .init(address: listen.bindAddress),
            onServerRunning: { await onReady($0.localAddress?.port ?? listen.port) },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            logger: Logger(label: "stand-in", factory: { _ in SwiftLogNoOpLogHandler() })
        ).run()
    }

    private func take(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: Self.maximumBodyBytes)
        let call = Call(
            method: request.method.rawValue, path: request.uri.path,
            contentType: request.headers[.contentType] ?? "", body: Array(body.readableBytesView))
        let answer = answer(call)
        if delay > .zero { await cancelWhenGracefulShutdown { await Task.pause(for: delay) } }
        return Response(
            status: HTTPResponse.Status(code: answer.status), headers: [.contentType: answer.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}

/// It asks for nothing but the request.
private struct StandInContext: InitializableFromSource {
    init(source: ApplicationRequestContextSource) {}
}
