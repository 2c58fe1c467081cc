import NIOCore

/// One of the load's connections, kept alive over its calls; one call at a time.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    struct Call {
        let order: Int
        /// When it was meant to be sent.
        let due: NIODeadline
    }

    private let channel: any Channel
    private let run: LoadRun
    private var scanner = HTTPMessageScanner()
    private(set) var call: Call?

    init(channel: any Channel, run: LoadRun) {
        self.channel = channel
        self.run = run
    }

    func send(_ request: [UInt8], of call: Call) {
        self.call = call
        channel.writeAndFlush(channel.allocator.buffer(bytes: request), promise: nil)
    }

    func close() {
        channel.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        scanner.add(&bytes)
        do {
            while let message = try scanner.next() {
                guard let call else { return context.close(promise: nil) }
                self.call = nil
                run.answered(call, message, on: self)
            }
        } catch {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        run.ended(self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
