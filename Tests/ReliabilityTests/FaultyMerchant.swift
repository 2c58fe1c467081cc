import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import RelayCore
import Synchronization

/// A merchant's system that misbehaves as told, and writes down on its own what it sees.
final class FaultyMerchant: Sendable {
    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, AnswerPart>

    let port: Int
    private let history: HistoryLog
    private let conduct: Mutex<MerchantConduct>
    private let visits = Mutex<[SeenDelivery: Int]>([:])

    private init(port: Int, history: HistoryLog, conduct: @escaping MerchantConduct) {
        self.port = port
        self.history = history
        self.conduct = Mutex(conduct)
    }

    /// Takes calls for as long as `body` runs.
    static func run<Result>(
        history: HistoryLog, conduct: @escaping MerchantConduct, _ body: (FaultyMerchant) async throws -> Result
    ) async throws -> Result {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 4_096)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(SendableAnswers())
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        let port = listener.channel.localAddress?.port ?? 0
        let merchant = FaultyMerchant(port: port, history: history, conduct: conduct)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await merchant.serve(listener) }
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await body(merchant))
            } catch {
                result = .failure(error)
            }
            group.cancelAll()
            return try result.get()
        }
    }

    /// From the next call on.
    func behave(_ conduct: @escaping MerchantConduct) {
        self.conduct.withLock { $0 = conduct }
    }

    /// How many deliveries came at least so often.
    func deliveries(seenAtLeast count: Int) -> Int {
        visits.withLock { $0.values.count { $0 >= count } }
    }

    private func serve(_ listener: NIOAsyncChannel<Connection, Never>) async throws {
        try await listener.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    group.addTask {
                        // Relays that are killed, and merchants that reset, end connections in the middle of anything.
                        try? await self.serve(connection)
                    }
                }
            }
        }
    }

    private func serve(_ connection: Connection) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var parts = inbound.makeAsyncIterator()
            var callCount = 0
            while let (head, body) = try await Self.call(from: &parts) {
                callCount += 1
                let visit = self.visit(head, body)
                let attempt = history.recordAttempt(of: visit.delivery)
                switch deed(visit, isFirstOfConnection: callCount == 1) {
                case .answer(let status, let result, let delay):
                    if delay > .zero { try await Task.sleep(for: delay) }
                    history.record(.attemptEnded(attempt: attempt, end: .answered(status: status, result: result)))
                    try await outbound.write(contentsOf: Self.answer(status: status, result: result))
                case .hang:
                    let next = try? await parts.next()
                    history.record(.attemptEnded(attempt: attempt, end: .unanswered))
                    if next == nil { return }
                case .reset:
                    history.record(.attemptEnded(attempt: attempt, end: .unanswered))
                    let socket = connection.channel as? any SocketOptionProvider
                    try await socket?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
                    return
                }
            }
        }
    }

    private func visit(_ head: HTTPRequestHead, _ body: ByteBuffer) -> Visit {
        let order = (try? JSON(parsing: Array(body.readableBytesView)))?["data"]?["order_no"]?.stringValue
        let delivery = SeenDelivery(
            endpoint: String(head.uri.dropFirst()), webhookID: head.headers.first(name: "webhook-id") ?? "",
            order: order ?? "")
        return Visit(
            delivery: delivery,
            number: visits.withLock { visits in
                visits[delivery, default: 0] += 1
                return visits[delivery, default: 0]
            })
    }

    private func deed(_ visit: Visit, isFirstOfConnection: Bool) -> MerchantDeed {
        let deed = conduct.withLock { $0 }(visit)
        // A kept connection that is cut before any byte of an answer gets one fresh connection within the same attempt,
        // which would look like another attempt from here.
        return deed == .reset && !isFirstOfConnection ? .fail : deed
    }

    /// Nil when the caller has closed.
    private static func call(
        from parts: inout NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
    ) async throws -> (HTTPRequestHead, ByteBuffer)? {
        guard case .head(let head) = try await parts.next() else { return nil }
        var body = ByteBuffer()
        while let part = try await parts.next() {
            switch part {
            case .head: return nil
            case .body(var bytes): body.writeBuffer(&bytes)
            case .end: return (head, body)
            }
        }
        return nil
    }

    private static func answer(status: Int, result: Int?) -> [AnswerPart] {
        let body = result.map { "{\"result\":\($0),\"msg\":\"\($0 == 0 ? "ok" : "没有领奖资格")\"}" } ?? ""
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: status),
            headers: ["content-type": "application/json", "content-length": "\(body.utf8.count)"])
        return [.head(head), .body(ByteBuffer(string: body)), .end(nil)]
    }
}

/// NIO's own may be a part of a file, and so is not sendable.
private typealias AnswerPart = HTTPPart<HTTPResponseHead, ByteBuffer>

private final class SendableAnswers: ChannelOutboundHandler {
    typealias OutboundIn = AnswerPart
    typealias OutboundOut = HTTPServerResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: HTTPServerResponsePart =
            switch unwrapOutboundIn(data) {
            case .head(let head): .head(head)
            case .body(let bytes): .body(.byteBuffer(bytes))
            case .end(let trailers): .end(trailers)
            }
        context.write(wrapOutboundOut(part), promise: promise)
    }
}
