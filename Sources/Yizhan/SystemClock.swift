import FoundationEssentials

/// The machine's clock: it stamps calls and judges `time_stamp`, and nothing else.
enum SystemClock {
    static func unixMilliseconds() -> Int64 {
        Int64(Date().timeIntervalSince1970 * 1_000)
    }
}
