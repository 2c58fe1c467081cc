import Synchronization

/// Holds up whoever comes to it until it is opened, or until his task is cancelled.
package final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var comers = 0
        var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for comer in waiting { comer.resume() }
    }

    package var isPassable: Bool {
        state.withLock { $0.isOpen }
    }

    package func pass() async throws {
        let number = state.withLock { state in
            state.comers += 1
            return state.comers
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { comer in
                let outcome = state.withLock { state -> Result<Void, any Error>? in
                    if state.isOpen { return .success(()) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiting[number] = comer
                    return nil
                }
                if let outcome { comer.resume(with: outcome) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume(throwing: CancellationError())
        }
    }
}
