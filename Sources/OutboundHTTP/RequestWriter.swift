import NIOCore
import NIOHTTP1

/// Writes the call of its connection, head and body together: one buffer is one system call.
///
/// What comes down the pipeline is only for the decoder, which has to know what was asked.
final class RequestWriter: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = ByteBuffer

    private let connection: HTTPConnection
    private let host: String

    /// - Parameter host: for the header `Host`.
    init(_ connection: HTTPConnection, host: String) {
        self.connection = connection
        self.host = host
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let call = connection.pending?.call else { preconditionFailure("there is no call to write") }
        var request = context.channel.allocator.buffer(capacity: call.byteCount + host.utf8.count)
        call.write(to: &request, host: host)
        context.write(wrapOutboundOut(request), promise: promise)
    }
}

extension HTTPCall {
    /// The same for every call of a method.
    var methodHead: HTTPRequestHead {
        switch method {
        case .get: Self.get
        case .post: Self.post
        }
    }

    private static let get = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
    private static let post = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")

    /// More than the request takes, but for its host.
    fileprivate var byteCount: Int {
        headers.reduce(128 + target.utf8.count + body.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
    }

    fileprivate func write(to buffer: inout ByteBuffer, host: String) {
        buffer.writeStaticString(method == .get ? "GET " : "POST ")
        buffer.writeString(target)
        buffer.writeStaticString(" HTTP/1.1\r\nHost: ")
        buffer.writeString(host)
        for (name, value) in headers {
            buffer.writeStaticString("\r\n")
            buffer.writeString(name)
            buffer.writeStaticString(": ")
            buffer.writeString(value)
        }
        guard method == .post else {
            buffer.writeStaticString("\r\n\r\n")
            return
        }
        buffer.writeStaticString("\r\nContent-Length: ")
        buffer.writeString(String(body.count))
        buffer.writeStaticString("\r\n\r\n")
        buffer.writeBytes(body)
    }
}
