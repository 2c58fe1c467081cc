import RelayCore
import ServiceLifecycle
import Synchronization

/// Makes the calls of a plan. Told to stop, it starts no more of them, and the open ones end.
final class Sender: Service {
    /// Makes a call, which is counted from 0. Nil: it was left out.
    typealias Call = @Sendable (_ orderNo: String, _ number: Int) async throws -> SendReport?

    private struct State {
        var nextCall = 0
        var summary = SendSummary()
    }

    private let plan: SendPlan
    private let concurrency: Int
    private let showsProgress: Bool
    private let call: Call
    private let state = Mutex(State())

    init(plan: SendPlan, concurrency: Int, showsProgress: Bool, call: @escaping Call) {
        self.plan = plan
        self.concurrency = concurrency
        self.showsProgress = showsProgress
        self.call = call
    }

    var summary: SendSummary {
        state.withLock { $0.summary }
    }

    func run() async throws {
        let start = ContinuousClock.now
        try await withThrowingTaskGroup { progress in
            if showsProgress && Terminal.showsProgress { progress.addTask { await self.tellProgress(since: start) } }
            try await withThrowingTaskGroup { workers in
                for _ in 0..<min(concurrency, plan.total) {
                    workers.addTask { try await self.work(since: start) }
                }
                try await workers.waitForAll()
            }
            progress.cancelAll()
        }
        state.withLock { state in
            state.summary.elapsed = ContinuousClock.now - start
            state.summary.unsent = plan.total - state.summary.calls - state.summary.dropped
        }
    }

    private func work(since start: ContinuousClock.Instant) async throws {
        while let numbers = takeCalls() {
            for number in numbers {
                await pause(until: start + plan.due(ofCall: number))
                if Task.isShuttingDownGracefully || Task.isCancelled { return }
                let report = try await call(plan.orderNo(ofCall: number), number)
                state.withLock { state in
                    if let report { state.summary.add(report) } else { state.summary.addDropped() }
                }
            }
        }
    }

    private func takeCalls() -> Range<Int>? {
        state.withLock { state in
            guard state.nextCall < plan.total else { return nil }
            let first = state.nextCall
            state.nextCall += plan.callsInOrder
            return first..<state.nextCall
        }
    }

    private func pause(until due: ContinuousClock.Instant) async {
        guard due > .now else { return }
        await cancelWhenGracefulShutdown {
            await Task.pause(for: due - .now)
        }
    }

    private func tellProgress(since start: ContinuousClock.Instant) async {
        while !Task.isCancelled {
            let (made, isAllAccepted) = state.withLock { ($0.summary.calls, $0.summary.isAllAccepted) }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            Terminal.showProgress(
                "\(made) of \(plan.total) calls, \(Int(Double(made) / max(seconds, 0.001)))/s"
                    + (isAllAccepted ? "" : ", not all accepted"))
            await Task.pause(for: .milliseconds(250))
        }
        Terminal.showProgress("")
    }
}
