package import NIOCore

/// One endpoint's keep-alive connections, for `GET` and `POST` over HTTP/1.1.
///
/// Names are resolved and their addresses checked before every new connection, also where a proxy makes it. Redirects are not followed. A call on a
/// kept connection that turns out closed before any byte of an answer is repeated once on a fresh one.
package final class HTTPDestination: Sendable {
    private static let connectTimeout = Duration.seconds(5)

    package let origin: HTTPOrigin
    private let eventLoop: any EventLoop
    private let pool: NIOLoopBoundBox<ConnectionPool>

    /// - Parameters:
    ///   - maxConnections: At most so many connections are open at once; further calls wait, first come first served.
    ///   - idleTimeout: How long a connection that carries no call is kept.
    ///   - group: Must outlive all calls. One of its event loops serves this destination.
    package init(
        origin: HTTPOrigin, maxConnections: Int, policy: AddressPolicy, resolver: any AddressResolver, tls: TLSTrust,
        proxy: OutboundProxy? = nil, idleTimeout: Duration = .seconds(30), group: any EventLoopGroup
    ) {
        precondition(maxConnections > 0, "a destination needs room for a connection")
        self.origin = origin
        eventLoop = group.next()
        pool = .makeBoxSendingValue(
            ConnectionPool(
                target: .init(origin: origin, policy: policy, resolver: resolver, tls: tls, proxy: proxy),
                maximumConnections: maxConnections, idleTimeout: TimeAmount(idleTimeout), eventLoop: eventLoop),
            eventLoop: eventLoop)
    }

    /// Cancelling the task closes the call's connection and ends the call with `.cancelled`.
    ///
    /// - Parameters:
    ///   - connectTimeout: For resolving, connecting and TLS together, where a new connection is needed.
    ///   - timeout: For the whole call: waiting for a connection, connecting, and reading the answer.
    package func call(_ call: HTTPCall, connectTimeout: Duration, timeout: Duration) async -> HTTPExchange {
        if let flaw = call.flaw {
            return HTTPExchange(result: .failure(.invalidCall(reason: flaw)), timings: HTTPTimings())
        }
        let start = NIODeadline.now()
        let cancellation = PendingCall.Cancellation()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                eventLoop.execute { [pool] in
                    pool.value.start(
                        PendingCall(
                            call, start: start, connectTimeout: TimeAmount(connectTimeout),
                            timeout: TimeAmount(timeout), cancellation: cancellation,
                            whenDone: { continuation.resume(returning: $0) }))
                }
            }
        } onCancel: {
            cancellation.request()
            eventLoop.execute { [pool] in pool.value.endCancelledCalls() }
        }
    }

    /// The same; connecting may take a part of the call's own time.
    package func call(_ call: HTTPCall, within timeout: Duration) async -> HTTPExchange {
        await self.call(call, connectTimeout: min(Self.connectTimeout, timeout), timeout: timeout)
    }

    /// The same without a task, for who is on the destination's event loop already: it takes no hop there or back.
    ///
    /// - Parameter whenDone: Called once, on the event loop; before this returns where no call comes about.
    package func start(
        _ call: HTTPCall, within timeout: Duration, whenDone: @escaping (HTTPExchange) -> Void
    ) {
        if let flaw = call.flaw {
            return whenDone(HTTPExchange(result: .failure(.invalidCall(reason: flaw)), timings: HTTPTimings()))
        }
        pool.value.start(
            PendingCall(
                call, start: .now(), connectTimeout: TimeAmount(min(Self.connectTimeout, timeout)),
                timeout: TimeAmount(timeout), cancellation: nil, whenDone: whenDone))
    }

    /// Does something on the event loop that serves this destination: before it returns, if it is called there.
    package func onEventLoop(_ work: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop { work() } else { eventLoop.execute(work) }
    }

    /// Does something on the event loop once its sockets have had their turn.
    package func onEventLoopLater(_ work: @escaping @Sendable () -> Void) {
        // All that is due is done before the sockets are looked at, and what comes in the meantime as well.
        eventLoop.scheduleTask(in: .microseconds(500), work)
    }

    /// Ends all calls at once, and those that are begun later, with `.cancelled`.
    package func cutShort() {
        eventLoop.execute { [pool] in pool.value.cutShort() }
    }

    /// Refuses further calls, closes idle connections, and returns when the calls made before have ended.
    package func close() async {
        await withCheckedContinuation { continuation in
            eventLoop.execute { [pool] in pool.value.close { continuation.resume() } }
        }
    }
}
