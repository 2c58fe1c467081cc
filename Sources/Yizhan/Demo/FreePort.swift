import Glibc
import NIOCore
import NIOPosix

/// A port of 127.0.0.1 that nobody listens on.
enum FreePort {
    /// The preferred one if it is free, otherwise another.
    static func number(preferring preferred: Int) async throws -> Int {
        do {
            return try await bind(preferred)
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            return try await bind(0)
        }
    }

    private static func bind(_ port: Int) async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: port).get()
        let bound = channel.localAddress?.port ?? port
        try await channel.close()
        return bound
    }
}
