import HTTPTypes
import Logging
import Metrics
import NIOCore
import NIOHTTPTypes
import RelayCore

/// Ends a call whose body does not come to its end in time, however steadily it drips.
///
/// One timer for each connection, set anew only when it fires: a call that is in time costs no timer.
final class SlowBodyHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundOut = HTTPResponsePart

    private let timeout: TimeAmount
    private let answer: PlatformAnswer
    private let logger: Logger
    private var deadline: NIODeadline?
    private var timer: Scheduled<Void>?

    init(timeout: TimeAmount, answer: PlatformAnswer, logger: Logger) {
        self.timeout = timeout
        self.answer = answer
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
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
            if deadline <= .now() { self.end(context) } else { self.schedule(at: deadline, context) }
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        Counter(label: "yizhan_refused_calls_total", dimensions: [("app", ""), ("reason", "too_slow")]).increment()
        logger.warning(
            "a call was refused",
            metadata: ["reason": "too_slow", "from": "\(context.channel.remoteAddress?.ipAddress ?? "")"])
        let head = HTTPResponse(
            status: HTTPResponse.Status(code: answer.status),
            headerFields: [
                .contentType: answer.contentType, .contentLength: String(answer.body.count), .connection: "close",
            ])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: answer.body))), promise: nil)
        let channel = context.channel
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
    }
}
