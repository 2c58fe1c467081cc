import Synchronization

/// Counts the deliveries between their turn and their report, so that the courier can wait for the last of them.
final class OpenTurns: Sendable {
    private struct State {
        var count = 0
        var isClosed = false
        var waiter: CheckedContinuation<Void, Never>?

        mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
            guard isClosed, count == 0 else { return nil }
            defer { waiter = nil }
            return waiter
        }
    }

    private let state = Mutex(State())

    /// False once they are closed; otherwise `leave` has to follow.
    func enter() -> Bool {
        state.withLock { state in
            if !state.isClosed { state.count += 1 }
            return !state.isClosed
        }
    }

    func leave() {
        let waiter = state.withLock { state in
            state.count -= 1
            return state.takeWaiter()
        }
        waiter?.resume()
    }

    func close() {
        let waiter = state.withLock { state in
            state.isClosed = true
            return state.takeWaiter()
        }
        waiter?.resume()
    }

    /// Returns once they are closed and all have left, whether or not the task is cancelled. For one who waits.
    func drained() async {
        await withCheckedContinuation { continuation in
            let waiter = state.withLock { state in
                state.waiter = continuation
                return state.takeWaiter()
            }
            waiter?.resume()
        }
    }
}
