import NIOCore
import Synchronization

/// A call from its start to its answer, wherever it is: in the queue, with a connection being set up, or on one.
/// Confined to the pool's event loop.
final class PendingCall {
    /// Set from any thread when the task of a call is cancelled.
    final class Cancellation: Sendable {
        private let flag = Atomic(false)

        var isRequested: Bool { flag.load(ordering: .acquiring) }

        func request() {
            flag.store(true, ordering: .releasing)
        }
    }

    let call: HTTPCall
    let connectTimeout: TimeAmount
    let deadline: NIODeadline
    /// What the call does now, and did until it ended.
    private(set) var phase = HTTPPhase.queueing
    var timings = HTTPTimings()
    private let start: NIODeadline
    private var phaseStart: NIODeadline?
    /// Nil where the call ends with the others of its destination at the earliest.
    private let cancellation: Cancellation?
    private let whenDone: (HTTPExchange) -> Void

    init(
        _ call: HTTPCall, start: NIODeadline, connectTimeout: TimeAmount, timeout: TimeAmount,
        cancellation: Cancellation?, whenDone: @escaping (HTTPExchange) -> Void
    ) {
        self.call = call
        self.start = start
        self.connectTimeout = connectTimeout
        deadline = start + timeout
        self.cancellation = cancellation
        self.whenDone = whenDone
    }

    var isCancelled: Bool { cancellation?.isRequested ?? false }

    func enter(_ next: HTTPPhase) {
        guard phaseStart == nil || phase != next else { return }
        let now = NIODeadline.now()
        endPhase(at: now)
        phase = next
        phaseStart = now
    }

    /// Once, by whoever holds the call then.
    func finish(_ result: Result<HTTPAnswer, HTTPFailure>) {
        let now = NIODeadline.now()
        endPhase(at: now)
        timings.total = Duration(now - start)
        whenDone(HTTPExchange(result: result, timings: timings))
    }

    private func endPhase(at now: NIODeadline) {
        guard let phaseStart else { return }
        timings.add(Duration(now - phaseStart), to: phase)
    }
}
