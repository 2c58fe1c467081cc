import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A server that does with each connection what a script says, well-formed or not.
final class ScriptedServer: Sendable {
    /// One accepted connection, as its script sees it.
    final class Peer {
        /// 1 for the first connection the server accepted.
        let number: Int
        private let channel: any Channel
        private var inbound: AsyncStream<ByteBuffer>.Iterator
        private var buffered = ""

        init(number: Int, connection: Connection) {
            self.number = number
            channel = connection.channel
            inbound = connection.inbound.makeAsyncIterator()
        }

        /// One whole request, as text; nil when the client closed first.
        func request() async throws -> String? {
            while true {
                if let headEnd = buffered.firstRange(of: "\r\n\r\n") {
                    let head = buffered[..<headEnd.upperBound]
                    let length = head.split(separator: "\r\n").compactMap { line in
                        line.hasPrefix("Content-Length: ") ? Int(line.dropFirst("Content-Length: ".count)) : nil
                    }
                    let size = head.utf8.count + (length.first ?? 0)
                    if buffered.utf8.count >= size {
                        let request = String(decoding: buffered.utf8.prefix(size), as: UTF8.self)
                        buffered = String(decoding: buffered.utf8.dropFirst(size), as: UTF8.self)
                        return request
                    }
                }
                guard let bytes = await read() else { return nil }
                buffered += String(buffer: bytes)
            }
        }

        func send(_ text: String) async throws {
            try await channel.writeAndFlush(ByteBuffer(string: text))
        }

        /// Answers every request the same, until the client closes.
        func serve(_ answer: String) async throws {
            while try await request() != nil { try await send(answer) }
        }

        /// Reads and forgets until the client closes.
        func hang() async throws {
            while await read() != nil {}
        }

        /// Sends FIN and keeps reading.
        func halfClose() async throws {
            try await channel.close(mode: .output)
        }

        /// Ends the TCP connection without the goodbye of TLS.
        func cutTransport() async throws {
            try await channel.eventLoop.submit { [channel] in
                try channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self).close(promise: nil)
            }.get()
        }

        /// Sends RST.
        func reset() async throws {
            guard let socket = channel as? any SocketOptionProvider else { return }
            try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
            try await channel.close()
        }

        private func read() async -> ByteBuffer? {
            channel.read()
            return await inbound.next()
        }
    }

    typealias Script = @Sendable (Peer) async throws -> Void

    let port: Int
    private let counts = Mutex((accepted: 0, open: 0, peak: 0))

    private init(port: Int) {
        self.port = port
    }

    var accepted: Int { counts.withLock { $0.accepted } }
    var open: Int { counts.withLock { $0.open } }
    /// The most connections that were open at once.
    var peak: Int { counts.withLock { $0.peak } }

    /// Runs a server on a free port for as long as `body` runs. An error in a script ends its connection only: clients
    /// that go away in the middle are the point of many tests.
    static func run<Result>(
        on host: String = "127.0.0.1", port: Int = 0, tls: NIOSSLContext? = nil, script: @escaping Script,
        _ body: (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        let (connections, accepted) = AsyncStream.makeStream(of: Connection.self)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // A script that does not read leaves the bytes in the socket's buffers; TLS has to read for itself.
            .childChannelOption(.autoRead, value: tls != nil)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(InboundHandler(accepted))
                }
            }
            .bind(host: host, port: port).get()
        let server = ScriptedServer(port: listener.localAddress?.port ?? 0)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.serve(connections, script) }
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await body(server))
            } catch {
                result = .failure(error)
            }
            try await listener.close()
            accepted.finish()
            group.cancelAll()
            return try result.get()
        }
    }

    private func serve(_ connections: AsyncStream<Connection>, _ script: @escaping Script) async {
        await withDiscardingTaskGroup { group in
            for await connection in connections {
                let number = counts.withLock { counts in
                    counts.accepted += 1
                    counts.open += 1
                    counts.peak = max(counts.peak, counts.open)
                    return counts.accepted
                }
                group.addTask {
                    try? await script(Peer(number: number, connection: connection))
                    try? await connection.channel.close()
                    self.counts.withLock { $0.open -= 1 }
                }
            }
            group.cancelAll()
        }
    }

    struct Connection: Sendable {
        let channel: any Channel
        let inbound: AsyncStream<ByteBuffer>
    }

    private final class InboundHandler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let inbound: AsyncStream<ByteBuffer>
        private let bytes: AsyncStream<ByteBuffer>.Continuation
        private let accepted: AsyncStream<Connection>.Continuation

        init(_ accepted: AsyncStream<Connection>.Continuation) {
            (inbound, bytes) = AsyncStream.makeStream(of: ByteBuffer.self)
            self.accepted = accepted
        }

        func channelActive(context: ChannelHandlerContext) {
            accepted.yield(Connection(channel: context.channel, inbound: inbound))
            context.fireChannelActive()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes.yield(unwrapInboundIn(data))
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed = event { bytes.finish() }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            bytes.finish()
        }

        func channelInactive(context: ChannelHandlerContext) {
            bytes.finish()
        }
    }
}

/// Answers that tests send often.
enum Answers {
    static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
}
