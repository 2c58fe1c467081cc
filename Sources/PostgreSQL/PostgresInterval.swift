/// An interval of the server: microseconds, days and months apart. Only the first two have a fixed length.
struct PostgresInterval {
    /// The wire format: 64 bits of microseconds, 32 of days, 32 of months.
    let bits: UInt128

    init(bits: UInt128) { self.bits = bits }

    /// Cut to whole microseconds, and to the server's range of ±292,000 years.
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, carry) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        let microseconds = overflow || carry ? (seconds < 0 ? Int64.min : .max) : sum
        bits = UInt128(UInt64(bitPattern: microseconds)) << 64
    }

    /// nil if there are months in it, which have no fixed length. A day is 24 hours.
    var duration: Duration? {
        let months = UInt32(truncatingIfNeeded: bits)
        guard months == 0 else { return nil }
        let days = Int32(truncatingIfNeeded: bits >> 32)
        let microseconds = Int64(truncatingIfNeeded: bits >> 64)
        return .microseconds(microseconds) + .seconds(Int64(days) * 86_400)
    }
}
