import NIOCore
import NIOPosix
import Synchronization

/// A proxy on loopback that connects where it is asked to (`CONNECT`), and keeps what it was asked.
package final class LoopbackProxy: Sendable {
    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private struct NoRequest: Error {}

    package let port: Int
    private let seen = Mutex<[String]>([])

    private init(port: Int) {
        self.port = port
    }

    /// The heads of the requests, as they came.
    package var requests: [String] { seen.withLock { $0 } }

    package static func with<Result: Sendable>(
        _ body: (LoopbackProxy) async throws -> Result
    ) async throws -> Result {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
            }
        let proxy = LoopbackProxy(port: listener.channel.localAddress?.port ?? 0)
        return try await withThrowingTaskGroup { group in
            group.addTask { try await proxy.serve(listener) }
            let result = try await body(proxy)
            group.cancelAll()
            return result
        }
    }

    private func serve(_ listener: NIOAsyncChannel<Connection, Never>) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            try await listener.executeThenClose { connections in
                for try await connection in connections {
                    // Clients and servers that go away in the middle end their own connection only.
                    group.addTask { try? await self.carry(connection) }
                }
            }
        }
    }

    private func carry(_ client: Connection) async throws {
        try await client.executeThenClose { inbound, outbound in
            var bytes = inbound.makeAsyncIterator()
            let request = try await Self.head(&bytes)
            seen.withLock { $0.append(request) }
            let target = request.split(separator: " ")[1]
            guard let colon = target.lastIndex(of: ":"), let port = Int(target[target.index(after: colon)...]) else {
                throw NoRequest()
            }
            let server = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: target[..<colon].filter { !"[]".contains($0) }, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
                }
            try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n"))
            try await server.executeThenClose { answers, requests in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for try await part in answers { try await outbound.write(part) }
                        outbound.finish()
                    }
                    while let part = try await bytes.next() { try await requests.write(part) }
                    group.cancelAll()
                }
            }
        }
    }

    private static func head(
        _ bytes: inout NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    ) async throws -> String {
        var head = ""
        while !head.hasSuffix("\r\n\r\n") {
            guard let part = try await bytes.next() else { throw NoRequest() }
            head += String(buffer: part)
        }
        return head
    }
}
