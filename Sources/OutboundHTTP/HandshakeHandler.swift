import NIOCore
import NIOTLS

/// Tells once how the TLS handshake ended, then leaves the pipeline.
final class HandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private var promise: EventLoopPromise<Void>?

    init(_ promise: EventLoopPromise<Void>) {
        self.promise = promise
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case TLSUserEvent.handshakeCompleted = event else { return context.fireUserInboundEventTriggered(event) }
        let promise = take()
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        promise?.succeed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        take()?.fail(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        take()?.fail(ChannelError.eof)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        take()?.fail(ChannelError.alreadyClosed)
    }

    private func take() -> EventLoopPromise<Void>? {
        defer { promise = nil }
        return promise
    }
}
