import Synchronization

/// Makes event ids, each greater than the one before, also while the clock stands still or steps back.
///
/// Ids of one millisecond are told apart and ordered by a counter of 12 bits; the other 62 random bits are new in each
/// id and keep the processes apart. When the counter is used up, the ids run ahead of the clock by a millisecond.
package final class EventIDSource: Sendable {
    private struct Latest {
        var milliseconds: Int64 = .min
        var counter: UInt16 = 0
    }

    private static let greatestCounter: UInt16 = 0xFFF

    private let clock: @Sendable () -> Int64
    private let random: @Sendable () -> UInt64
    private let latest = Mutex(Latest())

    /// - Parameters:
    ///   - clock: Unix time in milliseconds.
    ///   - random: 64 random bits; nil takes the system's.
    package init(clock: @escaping @Sendable () -> Int64, random: (@Sendable () -> UInt64)? = nil) {
        self.clock = clock
        self.random = random ?? RandomStock().next
    }

    package func next() -> EventID {
        let now = clock()
        let (milliseconds, counter) = latest.withLock { latest in
            if now > latest.milliseconds {
                latest = Latest(milliseconds: now)
            } else if latest.counter < Self.greatestCounter {
                latest.counter += 1
            } else {
                latest = Latest(milliseconds: latest.milliseconds + 1)
            }
            return (latest.milliseconds, latest.counter)
        }
        return EventID(unixMilliseconds: milliseconds, random: UInt128(counter) << 64 | UInt128(random()))
    }
}
