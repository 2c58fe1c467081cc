import Metrics
import NIOCore
import NIOHTTP1

/// The body of a call did not come to its end in time.
struct BodyTooSlow: Error {}

/// Ends connections that take too long or send too much, with an answer where there is somebody to hear it.
///
/// Whoever reads a body that is too slow gets `BodyTooSlow`. After an answer with `Connection: close` nothing more is read
/// from the caller, but he has a moment to hear it: a socket that is closed with bytes unread takes the answer with it.
///
/// One timer for each connection, set anew only when it fires: a call that is in time costs no timer.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Triggered behind an answer with `Connection: close`.
    struct Farewell {}

    /// Of what nobody wants to read any more: the rest of a body that is answered already, and what comes after farewell.
    private static let maximumUnreadBytes = PlatformServer.maximumBodyBytes
    private static let maximumBytesAfterFarewell = 1024 * 1024

    private let metrics: ConnectionMetrics
    private var deadlines: ConnectionDeadlines
    private var timer: (task: Scheduled<Void>, time: NIODeadline)?
    private var hasSaidFarewell = false
    private var unreadBytes = 0

    init(limits: ConnectionLimits, metrics: ConnectionMetrics) {
        self.deadlines = ConnectionDeadlines(limits: limits)
        self.metrics = metrics
    }

    func channelActive(context: ChannelHandlerContext) {
        deadlines.opened(at: .now())
        watch(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if hasSaidFarewell {
            if case .body(let bytes) = part { unreadBytes += bytes.readableBytes }
            if unreadBytes > Self.maximumBytesAfterFarewell { context.close(promise: nil) }
            return
        }
        switch part {
        case .head:
            deadlines.headRead(at: .now())
            unreadBytes = 0
        case .body(let bytes):
            if deadlines.isAnswered { unreadBytes += bytes.readableBytes }
            if unreadBytes > Self.maximumUnreadBytes { return sayFarewell(context) }
        case .end:
            deadlines.bodyRead(at: .now())
        }
        context.fireChannelRead(data)
    }

    /// Not for each part: a call that comes as a whole needs no deadline.
    func channelReadComplete(context: ChannelHandlerContext) {
        watch(context)
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if hasSaidFarewell { return }
        if case HTTPParserError.headerOverflow? = error as? HTTPParserError { metrics.headTooLarge.increment() }
        context.fireErrorCaught(error)
    }

    /// A whole answer.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        deadlines.answered(at: .now())
        watch(context)
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard event is Farewell else { return context.triggerUserOutboundEvent(event, promise: promise) }
        sayFarewell(context)
        promise?.succeed()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        deadlines.writabilityChanged(to: context.channel.isWritable, at: .now())
        watch(context)
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopWatching()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stopWatching()
    }

    private func sayFarewell(_ context: ChannelHandlerContext) {
        guard !hasSaidFarewell else { return }
        hasSaidFarewell = true
        context.flush()
        context.close(mode: .output, promise: nil)
        deadlines.saidFarewell(at: .now())
        watch(context)
    }

    private func watch(_ context: ChannelHandlerContext) {
        guard let next = deadlines.next else { return }
        if let timer {
            guard next < timer.time else { return }
            timer.task.cancel()
        }
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: next) {
            self.timer = nil
            self.look(context)
        }
        timer = (task: task, time: next)
    }

    private func stopWatching() {
        timer?.task.cancel()
        timer = nil
    }

    private func look(_ context: ChannelHandlerContext) {
        switch deadlines.overdue(at: .now()) {
        case .head:
            metrics.slowHead.increment()
            context.close(promise: nil)
        case .answer:
            metrics.unreadAnswer.increment()
            context.close(promise: nil)
        case .nextHead, .farewell:
            context.close(promise: nil)
        case .body:
            if deadlines.isAnswered { return context.close(promise: nil) }
            deadlines.gaveUpOnBody(at: .now())
            context.fireErrorCaught(BodyTooSlow())
            watch(context)
        case nil:
            watch(context)
        }
    }
}
