import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A port that swallows connection requests: it listens, its queue is full, and nobody accepts.
enum BlackHole {
    private struct Failed: Error {
        let call: String
        let errno: CInt
    }

    static func run<Result>(
        on host: String, port: Int = 0, _ body: (_ port: Int) async throws -> Result
    ) async throws -> Result {
        var sockets: [CInt] = []
        defer { for socket in sockets { _ = close(socket) } }
        func open() throws -> CInt {
            let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
            guard descriptor >= 0 else { throw Failed(call: "socket", errno: errno) }
            sockets.append(descriptor)
            return descriptor
        }
        let listener = try open()
        var address = try SocketAddress(ipAddress: host, port: port)
        try address.withSockAddr { pointer, size in
            guard bind(listener, pointer, socklen_t(size)) == 0 else { throw Failed(call: "bind", errno: errno) }
        }
        guard listen(listener, 0) == 0 else { throw Failed(call: "listen", errno: errno) }
        var bound = sockaddr()
        var size = socklen_t(MemoryLayout<sockaddr>.size)
        guard getsockname(listener, &bound, &size) == 0 else { throw Failed(call: "getsockname", errno: errno) }
        let boundPort = withUnsafeBytes(of: bound) {
            Int(UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        }
        address.port = boundPort
        for _ in 1...4 {
            let filler = try open()
            _ = address.withSockAddr { connect(filler, $0, socklen_t($1)) }
        }
        return try await body(boundPort)
    }
}
