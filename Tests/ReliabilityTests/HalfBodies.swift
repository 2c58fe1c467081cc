import NIOCore
import NIOPosix
import Synchronization

/// Plays somebody who begins calls with large bodies on many connections, and ends none.
final class HalfBodies: Sendable {
    private static let announced = 64 * 1_024
    private static let sent = 60 * 1_024

    private let heard = Mutex<[String: Int]>([:])

    /// How many connections heard that status.
    func count(of status: Int) -> Int {
        heard.withLock { $0["HTTP/1.1 \(status)"] ?? 0 }
    }

    /// Holds the connections open for as long as `body` runs.
    static func with<Result>(
        _ count: Int, at port: Int, target: String, _ body: (HalfBodies) async throws -> Result
    ) async throws -> Result {
        let halves = HalfBodies()
        let head = """
            POST \(target) HTTP/1.1\r\nHost: relay\r\nContent-Type: application/x-www-form-urlencoded\r\n\
            Content-Length: \(announced)\r\n\r\n
            """
        let call = ByteBuffer(string: head + String(repeating: "x", count: sent))
        var channels: [any Channel] = []
        for _ in 0..<count {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(FirstLine { halves.hear($0) })
                    }
                }
                .connect(host: "127.0.0.1", port: port).get()
            channel.writeAndFlush(call, promise: nil)
            channels.append(channel)
        }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(halves))
        } catch {
            result = .failure(error)
        }
        // Those that the relay has closed are closed already.
        for channel in channels { try? await channel.close() }
        return try result.get()
    }

    private func hear(_ status: String) {
        heard.withLock { $0[status, default: 0] += 1 }
    }
}

/// Tells the version and the status of a connection's first answer.
private final class FirstLine: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let hear: (String) -> Void
    private var hasHeard = false

    init(_ hear: @escaping (String) -> Void) {
        self.hear = hear
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasHeard else { return }
        hasHeard = true
        var bytes = unwrapInboundIn(data)
        hear(bytes.readString(length: min("HTTP/1.1 503".utf8.count, bytes.readableBytes)) ?? "")
    }
}
