import PostgreSQL
import RelayCore

/// What waits for an endpoint, and what it did not take of late.
struct EndpointStatus: Hashable, Sendable {
    let name: String
    var due: Int64 = 0
    /// Due later: retries, and what was spread.
    var scheduled: Int64 = 0
    var inFlight: Int64 = 0
    /// Nil where nothing is due.
    var oldestDueAge: Duration?
    var isPaused = false
    var pausedReason: String?
    /// Deliveries that were exhausted or expired in the last hour.
    var dead: Int64 = 0
    /// Deliveries that the merchant refused in the last hour.
    var refused: Int64 = 0

    /// By name.
    /// - Parameter endpoint: nil for all.
    static func read(_ endpoint: String? = nil, from pool: PostgresPool) async throws(PostgresError) -> [EndpointStatus]
    {
        let rows = try await pool.query(
            """
            SELECT
                coalesce(b.endpoint, d.endpoint, '-'), coalesce(b.due, 0), coalesce(b.scheduled, 0),
                coalesce(b.in_flight, 0), b.oldest_due_age, coalesce(b.paused, false), b.paused_reason,
                coalesce(d.dead, 0), coalesce(d.refused, 0)
            FROM yizhan.backlog AS b
            FULL JOIN (
                SELECT
                    l.endpoint, count(*) FILTER (WHERE l.state <> 'refused') AS dead,
                    count(*) FILTER (WHERE l.state = 'refused') AS refused
                FROM yizhan.dead_letters AS l
                WHERE l.settled_at >= now() - interval '1 hour'
                GROUP BY l.endpoint
            ) AS d ON d.endpoint = b.endpoint
            WHERE $1 IS NULL OR coalesce(b.endpoint, d.endpoint) = $1
            ORDER BY 1
            """, [.text(endpoint)])
        var endpoints: [EndpointStatus] = []
        for row in rows {
            endpoints.append(
                EndpointStatus(
                    name: try row.text(0), due: try row.int64(1), scheduled: try row.int64(2),
                    inFlight: try row.int64(3), oldestDueAge: try row.optional.interval(4),
                    isPaused: try row.bool(5), pausedReason: try row.optional.text(6), dead: try row.int64(7),
                    refused: try row.int64(8)))
        }
        return endpoints
    }

    var json: JSON {
        [
            "endpoint": .string(name), "due": JSON(due), "scheduled": JSON(scheduled), "in_flight": JSON(inFlight),
            "oldest_due_age_seconds": oldestDueAge.map { JSON($0.components.seconds) } ?? .null,
            "paused": .bool(isPaused), "paused_reason": pausedReason.map { .string($0) } ?? .null,
            "dead": JSON(dead), "refused": JSON(refused),
        ]
    }
}

extension EndpointStatus {
    /// What has been due for longer is worth a look: a healthy endpoint takes within seconds what is due.
    private static let oldAge = Duration.seconds(5 * 60)

    static func lines(_ endpoints: [EndpointStatus], _ colours: Colours) -> [String] {
        guard !endpoints.isEmpty else { return ["No endpoint is configured: yizhan apply does that."] }
        let heading: [TableCell] = [
            "endpoint", .right("due"), .right("scheduled"), .right("in flight"), .right("oldest due"),
            .right("dead in 1h"), .right("refused in 1h"),
        ]
        return TextTable.lines([heading] + endpoints.map(\.cells), colours)
    }

    private var cells: [TableCell] {
        let isOld = oldestDueAge.map { $0 >= Self.oldAge } ?? false
        let paused = "paused" + (pausedReason.map { ": \($0.printable)" } ?? "")
        let cells = [
            TableCell(name.printable), TableCell(due), TableCell(scheduled), TableCell(inFlight),
            TableCell(oldestDueAge?.coarse ?? "-", isOld ? .caution : nil, side: .right),
            TableCell(dead, dead > 0 ? .alarm : nil), TableCell(refused),
        ]
        return isPaused ? cells + [TableCell(paused, .alarm)] : cells
    }
}
