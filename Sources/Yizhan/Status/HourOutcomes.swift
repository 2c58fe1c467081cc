import PostgreSQL
import RelayCore

/// What the relays did in this minute and the 59 before it.
struct HourOutcomes: Hashable, Sendable {
    /// Events; the others are deliveries.
    var accepted: Int64 = 0
    var delivered: Int64 = 0
    var refused: Int64 = 0
    var exhausted: Int64 = 0

    static func read(from pool: PostgresPool) async throws(PostgresError) -> HourOutcomes {
        let rows = try await pool.query(
            """
            SELECT
                coalesce(sum(t.accepted), 0)::bigint, coalesce(sum(t.delivered), 0)::bigint,
                coalesce(sum(t.refused), 0)::bigint, coalesce(sum(t.exhausted), 0)::bigint
            FROM yizhan.throughput AS t
            WHERE t.minute > now() - interval '1 hour'
            """)
        return HourOutcomes(
            accepted: try rows[0].int64(0), delivered: try rows[0].int64(1), refused: try rows[0].int64(2),
            exhausted: try rows[0].int64(3))
    }

    var line: String {
        "last hour       \(accepted) events accepted; deliveries: \(delivered) delivered, \(refused) refused, "
            + "\(exhausted) exhausted"
    }

    var json: JSON {
        [
            "accepted": JSON(accepted), "delivered": JSON(delivered), "refused": JSON(refused),
            "exhausted": JSON(exhausted),
        ]
    }
}
