/// An instant as the server counts it: microseconds since 2000-01-01 UTC.
struct PostgresTimestamp {
    let serverMicroseconds: Int64

    private static let epoch: Int64 = 946_684_800_000_000

    init(serverMicroseconds: Int64) { self.serverMicroseconds = serverMicroseconds }

    /// `Int64.max` and `.min` stand for `infinity` and `-infinity`; what lies before the server's range becomes
    /// `-infinity`.
    init(unixMicroseconds: Int64) {
        guard unixMicroseconds != .max else {
            serverMicroseconds = .max
            return
        }
        let (difference, isOverflow) = unixMicroseconds.subtractingReportingOverflow(Self.epoch)
        serverMicroseconds = isOverflow ? .min : difference
    }

    var unixMicroseconds: Int64 {
        guard serverMicroseconds != .min else { return .min }
        let (sum, isOverflow) = serverMicroseconds.addingReportingOverflow(Self.epoch)
        return isOverflow ? .max : sum
    }
}
