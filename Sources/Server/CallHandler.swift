import NIOCore
import NIOHTTP1
import RelayCore

/// Reads the calls of one connection and writes their answers, one call after the other: what comes while a call waits for
/// its answer is kept, and then no more is read.
final class CallHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case idle
        case readingBody(any BegunCall)
        /// The call waits for its answer.
        case waiting
        /// The call has its answer, and the rest of its body is still to come.
        case skippingBody
        /// Nothing that comes is looked at any more.
        case ended
    }

    private struct Request {
        let isHead: Bool
        let isKeptAlive: Bool
    }

    private let responder: any CallResponder
    private let peer: IPAddress?
    private var state = State.idle
    private var request = Request(isHead: false, isKeptAlive: true)
    private var body = ByteBuffer()
    /// What came behind a call that waits for its answer.
    private var kept = CircularBuffer<HTTPServerRequestPart>()
    private var isReadHeld = false
    /// There is nothing to answer behind the call in hand: the other side is done, the relay stops, or bytes came that
    /// are no call.
    private var isLast = false
    /// Of what came behind the call in hand and is no call.
    private var statusBehind: Int?

    init(responder: any CallResponder, peer: IPAddress?) {
        self.responder = responder
        self.peer = peer
    }

    /// Until something has come that has to wait, reading goes on: stopping and starting it would cost every call two
    /// system calls.
    func read(context: ChannelHandlerContext) {
        if isWaiting, !kept.isEmpty {
            isReadHeld = true
        } else {
            context.read()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if isWaiting {
            kept.append(part)
        } else {
            take(part, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent, ChannelEvent.inputClosed:
            isLast = true
            if case .idle = state { end(context) }
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let bodyFlaw = error is BodyTooSlow ? BodyFlaw.tooSlow : .brokenOff(error)
        let status = (error as? HTTPParserError).map { $0 == .headerOverflow ? 431 : 400 }
        switch (state, status) {
        case (.readingBody(let call), _):
            isLast = true
            write(call.refuse(bodyFlaw), context)
        case (.idle, let status?):
            writeNoCall(status, context)
        case (.waiting, let status?):
            statusBehind = status
        case (.idle, nil), (.waiting, nil), (.skippingBody, _):
            // Of a body that nobody wants it is no news.
            if case .tooSlow = bodyFlaw { return }
            end(context)
        case (.ended, _):
            break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .readingBody(let call) = state { _ = call.refuse(.brokenOff(ChannelError.eof)) }
        state = .ended
        kept.removeAll()
        context.fireChannelInactive()
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch (part, state) {
        case (.head(let head), .idle):
            request = Request(isHead: head.method == .HEAD, isKeptAlive: head.isKeepAlive)
            // Comparing it with names would take long if it were made for that.
            guard head.uri.utf8.allSatisfy({ $0 < 0x80 }) else { return writeNoCall(400, context) }
            switch responder.begin(head, from: peer) {
            case .answered(let answer):
                state = .skippingBody
                write(answer, context)
            case .wantsBody(let call):
                state = .readingBody(call)
            }
        case (.body(var bytes), .readingBody(let call)):
            guard body.readableBytes + bytes.readableBytes <= call.bodyLimit else {
                isLast = true
                return write(call.refuse(.tooLarge), context)
            }
            if body.readableBytes == 0 { body = bytes } else { body.writeBuffer(&bytes) }
        case (.end, .readingBody(let call)):
            state = .waiting
            let whole = Array(body.readableBytesView)
            body = ByteBuffer()
            call.answer(whole, on: context.eventLoop) { self.answered($0, context) }
        case (.end, .skippingBody):
            state = .idle
            if isLast { end(context) }
        default:
            break
        }
    }

    private func answered(_ answer: PlatformAnswer, _ context: ChannelHandlerContext) {
        guard isWaiting else { return }
        state = .idle
        write(answer, context)
        while !isWaiting, let part = kept.popFirst() { take(part, context) }
        if case .idle = state {
            if let statusBehind { writeNoCall(statusBehind, context) } else if isLast { end(context) }
        }
        if isReadHeld, !isWaiting {
            isReadHeld = false
            context.read()
        }
    }

    private var isWaiting: Bool {
        if case .waiting = state { true } else { false }
    }

    private func write(_ answer: PlatformAnswer, _ context: ChannelHandlerContext) {
        let isFarewell = isLast && kept.isEmpty || !request.isKeptAlive || answer.closesConnection
        if isFarewell { state = .ended }
        // A body after the head of an answer to HEAD would be taken for the start of the next answer.
        write(answer.written(isLast: isFarewell, hasBody: !request.isHead), isLast: isFarewell, context)
    }

    /// What came is no call, and nothing behind it can be told from it.
    private func writeNoCall(_ status: Int, _ context: ChannelHandlerContext) {
        state = .ended
        let answer = PlatformAnswer(status: status, contentType: "", body: [])
        write(answer.written(isLast: true, hasBody: false), isLast: true, context)
    }

    private func write(_ answer: ByteBuffer, isLast: Bool, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        if isLast { context.triggerUserOutboundEvent(ConnectionGuard.Farewell(), promise: nil) }
    }

    private func end(_ context: ChannelHandlerContext) {
        state = .ended
        context.close(promise: nil)
    }
}

extension PlatformAnswer {
    /// What is left of a body that is too large, or too slow, is not read.
    fileprivate var closesConnection: Bool {
        status == 413 || status == 408
    }
}
