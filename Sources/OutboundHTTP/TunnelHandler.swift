import NIOCore
import RelayCore

/// Asks a proxy for a connection, tells once what became of it, then leaves the pipeline.
///
/// NIOExtras' handler does not tell the status of a refusal, and leaves a decoder to be taken out by somebody else.
final class TunnelHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: String
    private var state = TunnelState()
    private var promise: EventLoopPromise<Void>?

    /// - Parameter promise: Fails with a `ProxyFailure`.
    init(to address: SocketAddress, through proxy: OutboundProxy, promise: EventLoopPromise<Void>) {
        let host = address.ipAddress ?? ""
        let authority = "\(host.contains(":") ? "[\(host)]" : host):\(address.port ?? 0)"
        let credentials = proxy.authorization.map { "Proxy-Authorization: \($0.reveal())\r\n" } ?? ""
        request = "CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n\(credentials)\r\n"
        self.promise = promise
    }

    func handlerAdded(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state.receive(unwrapInboundIn(data).readableBytesView) {
        case .reading: break
        case .open:
            let promise = take()
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
            promise?.succeed()
        case .failed(let failure): take()?.fail(failure)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        take()?.fail(ProxyFailure.closed)
    }

    func channelInactive(context: ChannelHandlerContext) {
        take()?.fail(ProxyFailure.closed)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        take()?.fail(ProxyFailure.closed)
    }

    private func take() -> EventLoopPromise<Void>? {
        defer { promise = nil }
        return promise
    }
}
