import NIOCore
import NIOPosix
import Synchronization

/// A merchant's system that keeps all calls waiting until so many are there, and then answers each with a megabyte.
final class CrowdedMerchant: Sendable {
    private struct State {
        var waiting: [any Channel] = []
        var seen = 0
    }

    private let crowd: Int
    private let state = Mutex(State())

    private init(crowd: Int) {
        self.crowd = crowd
    }

    /// How many calls have come.
    var seen: Int {
        state.withLock { $0.seen }
    }

    /// - Parameter crowd: with `Int.max` it hangs for ever.
    static func with<Result>(
        crowd: Int, _ body: (_ merchant: CrowdedMerchant, _ port: Int) async throws -> Result
    ) async throws -> Result {
        let merchant = CrowdedMerchant(crowd: crowd)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 4_096)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FirstBytes { merchant.take(channel) })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(merchant, listener.localAddress?.port ?? 0))
        } catch {
            result = .failure(error)
        }
        try await listener.close()
        return try result.get()
    }

    private func take(_ channel: any Channel) {
        let crowd = state.withLock { state -> [any Channel] in
            state.seen += 1
            state.waiting.append(channel)
            guard state.waiting.count >= self.crowd else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for channel in crowd { channel.writeAndFlush(Self.answer, promise: nil) }
    }

    private static let answer = ByteBuffer(
        string: "HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n" + String(repeating: "x", count: 1 << 20))
}

/// Says once that a call has begun to come.
private final class FirstBytes: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let begun: () -> Void
    private var hasBegun = false

    init(_ begun: @escaping () -> Void) {
        self.begun = begun
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasBegun else { return }
        hasBegun = true
        begun()
    }
}
