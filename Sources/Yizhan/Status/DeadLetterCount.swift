import PostgreSQL
import RelayCore

/// How many deliveries wait in `yizhan.dead_letters` for a person to decide.
struct DeadLetterCount: Hashable, Sendable {
    /// Counting ends here, so that a status costs the same however many there are.
    static let most: Int64 = 10_000

    let count: Int64

    static func read(from pool: PostgresPool) async throws(PostgresError) -> DeadLetterCount {
        let rows = try await pool.query(
            "SELECT count(*) FROM (SELECT FROM yizhan.dead_letters AS l LIMIT $1) AS d", [.int64(most)])
        return DeadLetterCount(count: try rows[0].int64(0))
    }

    var line: String {
        let more = count >= Self.most ? " or more" : ""
        return "dead letters    \(count)\(more) exhausted, expired or refused"
            + (count > 0 ? ": yizhan.dead_letters lists them" : "")
    }
}
