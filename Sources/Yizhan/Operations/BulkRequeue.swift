import PostgreSQL
import RelayCore

/// Settled deliveries that go out once more, the oldest first.
struct BulkRequeue: Sendable {
    static let defaultMaxRows: Int32 = 1_000

    let state: String
    var endpoint: String?
    var since: PastTime?
    var until: PastTime?
    var maxRows = defaultMaxRows
    var spread = Duration.zero
    /// Counts, and changes nothing.
    var isDryRun = false

    /// Returns how many.
    func run(in pool: PostgresPool) async throws(PostgresError) -> Int64 {
        let rows = try await pool.query(
            """
            SELECT yizhan.requeue_settled(
                $1, $2, coalesce($3, clock_timestamp() - $4), coalesce($5, clock_timestamp() - $6), $7, $8, $9)
            """,
            [
                .text(state), .text(endpoint), .timestamp(unixMicroseconds: since?.unixMicroseconds),
                .interval(since?.ago), .timestamp(unixMicroseconds: until?.unixMicroseconds), .interval(until?.ago),
                .int32(maxRows), .interval(spread), .bool(isDryRun),
            ])
        return try rows[0].int64(0)
    }

    func lines(count: Int64) -> [String] {
        let deliveries = count == 1 ? "delivery" : "deliveries"
        let place = endpoint.map { " to \($0.printable)" } ?? ""
        let time = spread > .zero && count > 1 ? ", due one after the other within \(spread.text)" : ""
        var lines = ["\(count) \(state) \(deliveries)\(place) \(isDryRun ? "would be requeued" : "requeued")\(time)"]
        if count == maxRows { lines.append("That is the most at a time (--max-rows): there may be more.") }
        if isDryRun { lines.append("dry run: nothing was changed") }
        return lines
    }

    func json(count: Int64) -> JSON {
        [
            "state": .string(state), "endpoint": endpoint.map { .string($0) } ?? .null, "requeued": JSON(count),
            "dry_run": .bool(isDryRun),
        ]
    }
}
