import PostgreSQL

extension PostgresConnection {
    /// Unix time by the database's clock.
    func databaseMilliseconds() async throws(PostgresError) -> Int64 {
        try await query("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")[0].int64(0)
    }
}
