import PostgreSQL

/// Stopping the deliveries to an endpoint, and letting them go on.
enum EndpointPause {
    /// What is accepted from now on waits; what is in flight ends as it ends.
    static func pause(_ endpoint: String, reason: String?, in pool: PostgresPool) async throws(PostgresError) {
        try await pool.query("SELECT yizhan.pause($1, $2)", [.text(endpoint), .text(reason)])
    }

    /// Nothing happens where it is not paused.
    static func resume(_ endpoint: String, in pool: PostgresPool) async throws(PostgresError) {
        try await pool.query("SELECT yizhan.resume($1)", [.text(endpoint)])
    }
}
