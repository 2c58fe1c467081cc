import Synchronization

/// When each event was first pushed: an order that is pushed again unchanged has the times that it had.
final class FirstTimes: Sendable {
    private let seconds = Mutex<[Int: Int64]>([:])

    func time(ofEvent event: Int, now: Int64) -> Int64 {
        seconds.withLock { seconds in
            let first = seconds[event] ?? now
            seconds[event] = first
            return first
        }
    }
}
