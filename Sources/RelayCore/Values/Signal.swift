import Synchronization

/// Wakes one sleeper early. A signal raised while nobody sleeps makes the next sleep end at once.
package final class Signal: Sendable {
    private struct State {
        var isRaised = false
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    package func raise() {
        let sleeper = state.withLock { state in
            if state.sleeper == nil { state.isRaised = true }
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume()
    }

    /// Returns at the signal, after `limit`, or when the task is cancelled. For one sleeper at a time.
    package func sleep(atMost limit: Duration) async {
        async let _: Void = raise(after: limit)
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.isRaised || Task.isCancelled { return true }
                    state.sleeper = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            raise()
        }
        state.withLock { $0.isRaised = false }
    }

    private func raise(after limit: Duration) async {
        do {
            try await Task.sleep(for: limit)
        } catch {
            return  // Woken before.
        }
        raise()
    }
}
