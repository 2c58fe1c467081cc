import NIOCore

/// Lets a connection read a little at a time, into one buffer that it keeps.
///
/// NIO would let the buffer grow to 64 KiB, and keep four of them, for as long as the connection is open: of ten thousand
/// connections that have once sent something large, that is two gigabytes.
final class SmallReads: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private static let bytes = 4 * 1_024

    func handlerAdded(context: ChannelHandlerContext) {
        do {
            let options = context.channel.syncOptions
            try options?.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.bytes))
            try options?.setOption(.maxMessagesPerRead, value: 1)
        } catch {
            context.fireErrorCaught(error)
        }
    }
}
