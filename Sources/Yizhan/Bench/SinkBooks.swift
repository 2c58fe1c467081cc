import NIOCore
import RelayCore
import Synchronization

/// What the bench's merchants were called with, all in one process: when each order of the load at hand arrived first.
final class SinkBooks: Sendable {
    /// Orders of loads begin so, and nothing else in a call does.
    static let mark: StaticString = "yzb"
    private static let prefixBytes = 6
    private static let orderBytes = 16

    private struct State {
        var prefix: [UInt8] = []
        var hung: Set<Int> = []
        var calls = 0
        /// By the machine's monotonic clock, in nanoseconds; 0 for what has not come.
        var arrivals: [Int64] = []
        var arrived = 0
    }

    private let state = Mutex(State())

    /// Begins anew, with the orders of another load.
    ///
    /// - Parameter hung: merchants that answer no call from now on.
    func open(prefix: String, hung: Set<Int>) {
        state.withLock { $0 = State(prefix: Array(prefix.utf8), hung: hung) }
    }

    /// Notes a call and returns whether it is answered.
    func note(_ body: ByteBuffer, by merchant: Int, at now: Int64) -> Bool {
        let order = Self.order(in: body)
        return state.withLock { state in
            state.calls += 1
            if state.hung.contains(merchant) { return false }
            guard let order, order.prefix == state.prefix else { return true }
            if order.number >= state.arrivals.count {
                state.arrivals += Array(repeating: 0, count: order.number + 1 - state.arrivals.count)
            }
            if state.arrivals[order.number] == 0 {
                state.arrivals[order.number] = now
                state.arrived += 1
            }
            return true
        }
    }

    var counts: JSON {
        state.withLock { ["calls": JSON($0.calls), "arrived": JSON($0.arrived)] }
    }

    var arrivals: JSON {
        .array(state.withLock { $0.arrivals }.map { JSON($0) })
    }

    private static func order(in body: ByteBuffer) -> (prefix: [UInt8], number: Int)? {
        body.withUnsafeReadableBytes { bytes in
            guard let start = bytes.place(of: mark), start + orderBytes <= bytes.count else { return nil }
            let text = bytes[start..<start + orderBytes]
            let number = text.dropFirst(prefixBytes).reduce(0) { $0 * 10 + Int($1 &- 48) }
            return (Array(text.prefix(prefixBytes)), number)
        }
    }
}
