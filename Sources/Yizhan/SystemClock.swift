import Glibc

/// The machine's clock: it stamps calls and judges `time_stamp`, and nothing else.
enum SystemClock {
    static func unixMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
