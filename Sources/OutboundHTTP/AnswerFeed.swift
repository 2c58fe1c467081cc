import NIOCore

/// Stands before the decoder and gives it no more bytes than the connection's state allows.
final class AnswerFeed: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: HTTPConnection

    init(_ connection: HTTPConnection) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        while let count = connection.feed(bytes.readableBytes), let part = bytes.readSlice(length: count) {
            context.fireChannelRead(wrapInboundOut(part))
        }
    }
}
