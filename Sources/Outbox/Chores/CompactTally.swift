package import PostgreSQL

/// Puts counts of past minutes together, so that there are few rows for a day however much came on it.
package struct CompactTally: Chore {
    package let name = "compact_tally"
    package let every = Duration.seconds(3600)

    package init() {}

    package func carryOut(on pool: PostgresPool) async throws {
        try await pool.query("SELECT yizhan.compact_tally()")
    }
}
