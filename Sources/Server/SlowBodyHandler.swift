import NIOCore
import NIOHTTPTypes

/// The body of a call did not come to its end in time.
struct BodyTooSlow: Error {}

/// Ends a call whose body does not come to its end in time, however steadily it drips: whoever reads the body gets
/// `BodyTooSlow`, and has as long again for an answer before the connection is closed.
///
/// One timer for each connection, set anew only when it fires: a call that is in time costs no timer.
final class SlowBodyHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private let timeout: TimeAmount
    private var deadline: NIODeadline?
    private var timer: Scheduled<Void>?
    private var hasGivenUp = false

    init(timeout: TimeAmount) {
        self.timeout = timeout
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasGivenUp else { return }
        switch unwrapInboundIn(data) {
        case .head:
            deadline = .now() + timeout
            if timer == nil { schedule(at: .now() + timeout, context) }
        case .body:
            break
        case .end:
            deadline = nil
        }
        context.fireChannelRead(data)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        context.fireChannelInactive()
    }

    private func schedule(at time: NIODeadline, _ context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: time) {
            self.timer = nil
            guard let deadline = self.deadline else { return }
            if deadline <= .now() { self.giveUp(context) } else { self.schedule(at: deadline, context) }
        }
    }

    private func giveUp(_ context: ChannelHandlerContext) {
        guard !hasGivenUp else { return context.close(promise: nil) }
        hasGivenUp = true
        let end = NIODeadline.now() + timeout
        deadline = end
        schedule(at: end, context)
        context.fireErrorCaught(BodyTooSlow())
    }
}
