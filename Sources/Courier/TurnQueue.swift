import RelayCore
import Synchronization

/// The deliveries of one destination whose turn has come, on their way to the event loop that calls: however many are put
/// in together, they take one hop.
final class TurnQueue: Sendable {
    /// Signing costs: an event loop has other destinations to serve, and sockets.
    private static let passCount = 32
    private static let passByteCount = 256 * 1_024

    private struct State {
        var deliveries: ArraySlice<LeasedDelivery> = []
        var isServed = false
    }

    private let state = Mutex(State())

    /// Whether somebody has to see to it that the queue is served.
    func put(_ delivery: LeasedDelivery) -> Bool {
        state.withLock { state in
            state.deliveries.append(delivery)
            defer { state.isServed = true }
            return !state.isServed
        }
    }

    /// As many, oldest first, as an event loop may be kept busy with at a time.
    func takePass() -> ArraySlice<LeasedDelivery> {
        state.withLock { state in
            var byteCount = 0
            let pass = state.deliveries.prefix(Self.passCount).prefix { delivery in
                defer { byteCount += delivery.event.body.count }
                return byteCount < Self.passByteCount
            }
            if pass.count == state.deliveries.count {
                state.deliveries = []
            } else {
                state.deliveries.removeFirst(pass.count)
            }
            return pass
        }
    }

    /// Whether there is another pass to be made. Where there is none, the next `put` says so.
    func goesOn() -> Bool {
        state.withLock { state in
            state.isServed = !state.deliveries.isEmpty
            return state.isServed
        }
    }
}
