import NIOCore
import NIOPosix
import RelayCore

/// The merchants of a bench, on one port: `/m/0`, `/m/1` … answer as a merchant that issues at once, and the other paths
/// are the bench's own.
struct SinkServer: Sendable {
    let port: Int

    private let books = SinkBooks()

    init(port: Int) {
        self.port = port
    }

    /// Returns when its task is cancelled, or never.
    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SinkConnection(books: books))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        try await channel.closeFuture.get()
    }
}

private final class SinkConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let issued = ByteBuffer(
        string: text(#"{"result":0,"msg":"ok","data":[{"name":"券号","value":"0001"}]}"#))

    private let books: SinkBooks
    private var scanner = HTTPMessageScanner()

    init(books: SinkBooks) {
        self.books = books
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        scanner.add(&bytes)
        do {
            while let message = try scanner.next() { take(message, context) }
        } catch {
            context.close(promise: nil)
        }
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func take(_ message: HTTPMessageScanner.Message, _ context: ChannelHandlerContext) {
        let target = message.firstLine.split(separator: " ").dropFirst().first ?? ""
        if target.hasPrefix("/m/"), let merchant = Int(target.dropFirst(3)) {
            let now = Int64(NIODeadline.now().uptimeNanoseconds)
            if books.note(message.body, by: merchant, at: now) { write(Self.issued, context) }
            return
        }
        // /open/PREFIX/0,1,2
        let parts = target.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        switch parts.first {
        case "open" where parts.count == 3:
            books.open(prefix: parts[1], hung: Set(parts[2].split(separator: ",").compactMap { Int($0) }))
            answer("{}", context)
        case "arrivals": answer(String(decoding: books.arrivals.serialized(), as: UTF8.self), context)
        default: answer(String(decoding: books.counts.serialized(), as: UTF8.self), context)
        }
    }

    private func answer(_ json: String, _ context: ChannelHandlerContext) {
        write(ByteBuffer(string: Self.text(json)), context)
    }

    private func write(_ answer: ByteBuffer, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(answer), promise: nil)
    }

    private static func text(_ json: String) -> String {
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(json.utf8.count)\r\n\r\n\(json)"
    }
}
