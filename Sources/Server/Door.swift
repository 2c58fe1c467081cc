import NIOCore
import NIOExtras
import NIOHTTP1
import NIOPosix
import NIOSSL
import RelayCore
import ServiceLifecycle
import Synchronization

/// An HTTP/1.1 server as platforms meet it: connections are counted and guarded, whoever answers behind it.
///
/// It is NIO's own, without a framework: receiving calls is what the relay exists for, and a call that is answered on its
/// event loop costs a fraction of one that visits a task.
struct Door: Sendable {
    private static let backlog: Int32 = 1_024
    private static let maximumHeadBytes = 16 * 1024
    private static let maximumHeaderCount = 100

    let host: String
    let port: Int
    /// Nil for plain HTTP.
    let tls: NIOSSLContext?
    let limits: ConnectionLimits
    let connections: OpenConnections
    let metrics: ConnectionMetrics
    let group: any EventLoopGroup

    /// Returns once the task was told to stop and the calls that came before are answered.
    ///
    /// - Parameter onRunning: called with the bound port, which tells what port 0 became.
    func run(
        _ responder: any CallResponder, onRunning: @Sendable (Int?) async -> Void
    ) async throws {
        let quiescing = ServerQuiescingHelper(group: group)
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { listener in
                listener.eventLoop.makeCompletedFuture {
                    let handler = quiescing.makeServerChannelHandler(channel: listener)
                    try listener.pipeline.syncOperations.addHandler(handler)
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { connection in
                connection.eventLoop.makeCompletedFuture { try setUp(connection, responder) }
            }
            .bind(host: host, port: port).get()
        let stopped = listener.eventLoop.makePromise(of: Void.self)
        let isStopping = Atomic(false)
        try await withTaskCancellationOrGracefulShutdownHandler {
            await onRunning(listener.localAddress?.port)
            try await stopped.futureResult.get()
        } onCancelOrGracefulShutdown: {
            guard !isStopping.exchange(true, ordering: .relaxed) else { return }
            quiescing.initiateShutdown(promise: stopped)
        }
    }

    /// Connections that are too many are closed at once. Others take their place in the queue of the system only until they
    /// are looked at: a door that stopped accepting would keep everybody waiting.
    private func setUp(_ connection: any Channel, _ responder: any CallResponder) throws {
        guard connections.admit(connection) else { return connection.close(promise: nil) }
        let pipeline = connection.pipeline.syncOperations
        if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = Self.maximumHeadBytes
        decoderLimits.maxHeaderListSize = Self.maximumHeadBytes
        decoderLimits.maxHeaderFieldCount = Self.maximumHeaderCount
        let decoder = HTTPRequestDecoder(
            leftOverBytesStrategy: .dropBytes, limitConfiguration: decoderLimits)
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandlers([
            SmallReads(), ConnectionGuard(limits: limits, metrics: metrics),
            CallHandler(responder: responder, peer: connection.remoteAddress.flatMap { IPAddress($0) }),
        ])
    }
}
