import NIOCore
import NIOHTTP1
import NIOSSL

/// One connection of a pool: carries out what its state decides. Confined to the pool's event loop.
final class HTTPConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let pool: ConnectionPool
    private let channel: any Channel
    private var context: ChannelHandlerContext?
    private var state = HTTPConnectionState()
    private(set) var pending: PendingCall?
    /// When the connection last became free.
    var idleSince = NIODeadline.distantPast
    /// Fires at or before the deadline of the call in flight. It is left to run when a call ends: moving it for every
    /// call would cost more than letting it find nothing to do now and then.
    private var timer: (fires: NIODeadline, scheduled: Scheduled<Void>)?

    init(channel: any Channel, pool: ConnectionPool) {
        self.channel = channel
        self.pool = pool
    }

    func start(_ pending: PendingCall) {
        guard let context else { preconditionFailure("the connection is not in a pipeline") }
        self.pending = pending
        state.start(answerLimit: pending.call.answerLimit)
        pending.timings.isConnectionReused = state.isReused
        pending.enter(.waiting)
        setTimer(for: pending.deadline)
        context.writeAndFlush(wrapOutboundOut(.head(pending.call.methodHead)), promise: nil)
    }

    /// How many of `available` bytes the decoder may have; nil when there is nothing more to give.
    func feed(_ available: Int) -> Int? {
        switch state.feed(available) {
        case .pass(let count):
            pending?.enter(.reading)
            return count
        case .stop(let action):
            carryOut(action)
            return nil
        }
    }

    func cancel() {
        carryOut(state.giveUp(.cancelled))
    }

    var isIdle: Bool { state.isIdle }

    func closeIfIdle() {
        carryOut(state.retire())
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): carryOut(state.receive(head))
        case .body(let body): carryOut(state.receive(body))
        case .end: carryOut(state.receiveEnd())
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        carryOut(state.readCompleted(isRequestWritten: isRequestWritten))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is HTTPParserError, is NIOHTTPDecoderError: carryOut(state.decodingFailed(error))
        case is BoringSSLError:
            // In TLS 1.3 a server refuses the client's certificate, or that there is none, after the handshake.
            carryOut(state.transportFailed(TLSFailure(error, certificate: nil, now: 0)))
        default: carryOut(state.transportFailed())
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.scheduled.cancel()
        timer = nil
        let action = state.connectionClosed()
        // The slot is free before the call goes on, so that the call may take it.
        let call = pending
        pool.connectionEnded(self)
        switch action {
        case .retry:
            pending = nil
            if let call { pool.retry(call) }
        case .none, .close, .complete, .fail:
            carryOut(action)
        }
        pool.serveQueue()
    }

    private var isRequestWritten: Bool {
        guard let unwritten = try? channel.syncOptions?.getOption(.bufferedWritableBytes) else { return false }
        return unwritten == 0
    }

    private func carryOut(_ action: HTTPConnectionState.Action) {
        switch action {
        case .none: break
        case .close: channel.closeAtOnce()
        case .complete(let answer, let reusable):
            // Free before the call ends, so that the one that follows it finds the connection.
            let call = takePending()
            if reusable { pool.connectionIsFree(self) } else { channel.closeAtOnce() }
            call?.finish(.success(answer))
        case .fail(let failure):
            let call = takePending()
            channel.closeAtOnce()
            call?.finish(.failure(failure))
        case .retry: preconditionFailure("only a closed connection gives its call back")
        }
    }

    private func takePending() -> PendingCall? {
        defer { pending = nil }
        return pending
    }

    private func setTimer(for deadline: NIODeadline) {
        if let timer {
            guard deadline < timer.fires else { return }
            timer.scheduled.cancel()
        }
        let scheduled = channel.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.timerFired() }
        timer = (deadline, scheduled)
    }

    private func timerFired() {
        timer = nil
        guard let pending else { return }
        guard pending.deadline <= .now() else { return setTimer(for: pending.deadline) }
        carryOut(state.giveUp(.timedOut(pending.phase)))
    }
}
