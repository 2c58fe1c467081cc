#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// How many times as long work takes on four times as much: about 4 where it grows with the size of its input, 16 where
/// it grows with the square. Counts the time that this thread spends, the least of several tries, so that a busy machine
/// does not matter.
///
/// - Parameters:
///   - size: of the smaller input; large enough for its work to take some tenths of a millisecond.
///   - input: makes one of that size, which is not counted.
package func growth<Input>(from size: Int, of input: (Int) -> Input, _ work: (Input) -> Void) -> Double {
    let (small, large) = (input(size), input(4 * size))
    var times = (small: Int.max, large: Int.max)
    for _ in 0..<5 {
        times.small = min(times.small, nanoseconds { work(small) })
        times.large = min(times.large, nanoseconds { work(large) })
    }
    return Double(times.large) / Double(max(times.small, 1))
}

private func nanoseconds(_ work: () -> Void) -> Int {
    let start = threadTime()
    work()
    return threadTime() - start
}

private func threadTime() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
