import NIOCore
import NIOHTTP1
import RelayCore

/// Reads the calls of one connection and writes their answers, one call after the other: what comes while a call waits for
/// its answer is kept, and then no more is read.
final class CallHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

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
    private var isBroken = false

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
        let flaw = error is BodyTooSlow ? BodyFlaw.tooSlow : .brokenOff(error)
        let isNoCall = error is HTTPParserError
        switch state {
        case .readingBody(let call):
            isLast = true
            write(call.refuse(flaw), context)
        case .idle where isNoCall:
            writeBadRequest(context)
        case .waiting where isNoCall:
            isBroken = true
        case .idle, .waiting, .skippingBody:
            // Of a body that nobody wants it is no news.
            if case .tooSlow = flaw { return }
            end(context)
        case .ended:
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
            guard head.uri.utf8.allSatisfy({ $0 < 0x80 }) else { return writeBadRequest(context) }
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
            call.answer(whole, on: context.eventLoop).assumeIsolated().whenSuccess { self.answered($0, context) }
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
            if isBroken { writeBadRequest(context) } else if isLast { end(context) }
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
        var headers = HTTPHeaders()
        headers.reserveCapacity(4)
        headers.add(name: "Content-Type", value: answer.contentType)
        headers.add(name: "Content-Length", value: String(answer.body.count))
        if let seconds = answer.retryAfterSeconds { headers.add(name: "Retry-After", value: String(seconds)) }
        if !answer.allowedMethods.isEmpty {
            headers.add(name: "Allow", value: answer.allowedMethods.joined(separator: ", "))
        }
        if isFarewell {
            headers.add(name: "Connection", value: "close")
            state = .ended
        }
        let status = HTTPResponseStatus(statusCode: answer.status)
        write(HTTPResponseHead(version: .http1_1, status: status, headers: headers), answer.body, context)
    }

    private func writeBadRequest(_ context: ChannelHandlerContext) {
        state = .ended
        let headers: HTTPHeaders = ["Content-Length": "0", "Connection": "close"]
        write(HTTPResponseHead(version: .http1_1, status: .badRequest, headers: headers), [], context)
    }

    private func write(_ head: HTTPResponseHead, _ body: [UInt8], _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        // A body after the head of an answer to HEAD would be taken for the start of the next answer.
        if !body.isEmpty, !request.isHead {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
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
