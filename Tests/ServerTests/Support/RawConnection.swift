import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TestSupport
import Testing

/// A TCP connection that sends what it is given, and keeps what comes.
final class RawConnection: Sendable {
    struct Answer {
        let status: Int
        /// Names in small letters.
        let headers: [String: String]
        let body: String
    }

    private struct State {
        var received = ""
        var isClosed = false
    }

    private let channel: any Channel
    private let inbound: Inbound

    private init(_ channel: any Channel, _ inbound: Inbound) {
        self.channel = channel
        self.inbound = inbound
    }

    /// - Parameters:
    ///   - tls: nil for plain TCP.
    ///   - address: from where, on this machine.
    ///   - isReading: whether it takes what comes, at all.
    ///   - receiveBuffer: how much the system takes in for it, in bytes; the rest waits at the other side.
    static func open<Result>(
        to port: Int, tls: NIOSSLContext? = nil, from address: String = "127.0.0.1", isReading: Bool = true,
        receiveBuffer: Int = 1 << 20, _ body: (RawConnection) async throws -> Result
    ) async throws -> Result {
        let inbound = Inbound()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: isReading)
            .channelOption(.socketOption(.so_rcvbuf), value: SocketOptionValue(receiveBuffer))
            .bind(to: try SocketAddress(ipAddress: address, port: 0))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: "localhost"))
                    }
                    try pipeline.addHandler(inbound)
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let result = try await body(RawConnection(channel, inbound))
        // It may be closed already, which is no news.
        try? await channel.close()
        return result
    }

    var isClosed: Bool { inbound.state.withLock { $0.isClosed } }
    var received: String { inbound.state.withLock { $0.received } }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    /// One more byte, if it can be sent.
    func drip() {
        sendSoon("a")
    }

    /// Without waiting until it is sent, or whether it can be.
    func sendSoon(_ text: String) {
        channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
    }

    /// What comes from now on stays in the system's buffers.
    func stopReading() async throws {
        try await channel.setOption(.autoRead, value: false).get()
    }

    /// A whole call, and the next answer.
    func post(
        _ path: String, _ body: String, type: String = "application/x-www-form-urlencoded", headers: [String] = []
    ) async throws -> Answer {
        try await send(Self.request("POST", path, body, type: type, headers: headers))
        return try await answer()
    }

    static func request(
        _ method: String, _ path: String, _ body: String = "", type: String = "application/x-www-form-urlencoded",
        headers: [String] = []
    ) -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: relay\r\nContent-Type: \(type)\r\n"
            + headers.map { $0 + "\r\n" }.joined() + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// Takes the next answer from what came.
    func answer(hasBody: Bool = true, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Answer {
        var answer: Answer?
        try await eventually(pause: .milliseconds(2), "there is an answer", sourceLocation: sourceLocation) {
            answer = inbound.state.withLock { Self.takeAnswer(from: &$0.received, hasBody: hasBody) }
            return answer != nil
        }
        return try #require(answer, sourceLocation: sourceLocation)
    }

    private static func takeAnswer(from received: inout String, hasBody: Bool) -> Answer? {
        guard let headEnd = received.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = received[..<headEnd.lowerBound].split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ": ", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1]) : ""
        }
        let length = hasBody ? Int(headers["content-length"] ?? "") ?? 0 : 0
        let rest = received[headEnd.upperBound...]
        guard rest.utf8.count >= length, let line = lines.first, line.hasPrefix("HTTP/1.1 "),
            let status = Int(line.dropFirst("HTTP/1.1 ".count).prefix(3))
        else {
            return nil
        }
        let body = String(decoding: rest.utf8.prefix(length), as: UTF8.self)
        received = String(decoding: rest.utf8.dropFirst(length), as: UTF8.self)
        return Answer(status: status, headers: headers, body: body)
    }

    private final class Inbound: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        let state = Mutex(State())

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: unwrapInboundIn(data))
            state.withLock { $0.received += text }
        }

        func channelInactive(context: ChannelHandlerContext) {
            state.withLock { $0.isClosed = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
