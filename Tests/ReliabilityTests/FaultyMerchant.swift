import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import RelayCore
import Synchronization

/// A merchant's system that misbehaves as told, and writes down on its own what it sees.
final class FaultyMerchant: Sendable {
    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, ByteBuffer>

    /// Between two bytes of an answer that drips.
    private static let dripInterval = Duration.milliseconds(150)

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
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
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
            // Not by cancelling: connections that nobody has taken up yet would be dropped unclosed, which NIO forbids.
            try await listener.channel.close()
            try await group.waitForAll()
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

    /// The same, of some events alone.
    func deliveries(seenAtLeast count: Int, of webhookIDs: Set<String>) -> Int {
        visits.withLock { visits in
            visits.count { delivery, visits in visits >= count && webhookIDs.contains(delivery.webhookID) }
        }
    }

    private func serve(_ listener: NIOAsyncChannel<Connection, Never>) async throws {
        try await listener.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    group.addTask {
                        // Relays that are killed, links and merchants end connections in the middle of anything.
                        try? await self.serve(connection)
                    }
                }
                group.cancelAll()
            }
        }
    }

    private func serve(_ connection: Connection) async throws {
        let call = OpenCall(history: history)
        // At once, whatever the merchant is about.
        connection.channel.closeFuture.whenComplete { _ in call.end(.unanswered) }
        try await connection.executeThenClose { inbound, outbound in
            var parts = inbound.makeAsyncIterator()
            while let (head, body) = try await Self.call(from: &parts) {
                let visit = self.visit(head, body)
                call.begin(
                    visit.delivery, span: head.headers.first(name: "traceparent") ?? "",
                    signedAt: head.headers.first(name: "webhook-timestamp").flatMap { Int64($0) })
                switch conduct.withLock({ $0 })(visit) {
                case .answer(let status, let result, let delay):
                    if delay > .zero { try await Task.sleep(for: delay) }
                    call.end(.answered(status: status, result: result))
                    try await outbound.write(MerchantAnswers.answer(status: status, result: result))
                case .megabyte:
                    call.end(.answered(status: 200, result: nil))
                    try await outbound.write(MerchantAnswers.megabyte)
                case .redirect:
                    call.end(.answered(status: 307, result: nil))
                    try await outbound.write(MerchantAnswers.redirect(to: head.uri))
                case .drip:
                    for byte in MerchantAnswers.answer(status: 200, result: 0).readableBytesView {
                        try await outbound.write(ByteBuffer(bytes: [byte]))
                        try await Task.sleep(for: Self.dripInterval)
                    }
                    return
                case .garble(let kind):
                    call.end(.garbled(kind))
                    try await outbound.write(MerchantAnswers.garbage(kind))
                    return
                case .hang:
                    if try await parts.next() == nil { return }
                case .reset:
                    let socket = connection.channel as? any SocketOptionProvider
                    try await socket?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
                    return
                }
            }
        }
    }

    private func visit(_ head: HTTPRequestHead, _ body: ByteBuffer) -> Visit {
        let data = (try? JSON(parsing: Array(body.readableBytesView)))?["data"]
        let order = data?["order_no"]?.stringValue ?? data?["orderid"]?.stringValue
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
}

/// The call that a connection carries: its end is written down once, by whoever sees it first.
private final class OpenCall: Sendable {
    private let history: HistoryLog
    private let number = Mutex<Int?>(nil)

    init(history: HistoryLog) {
        self.history = history
    }

    func begin(_ delivery: SeenDelivery, span: String, signedAt: Int64?) {
        end(.unanswered)
        let begun = history.recordAttempt(of: delivery, span: span, signedAt: signedAt)
        number.withLock { $0 = begun }
    }

    func end(_ end: AttemptEnd) {
        let ended = number.withLock { number -> Int? in
            defer { number = nil }
            return number
        }
        if let ended { history.record(.attemptEnded(call: ended, end: end)) }
    }
}
