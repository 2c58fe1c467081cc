package import PostgreSQL

/// Ends what grows too old behind a quota or a breaker: nobody claims it, so nobody else would.
package struct ExpireHeld: Chore {
    package let name = "expire_held"
    package let every = Duration.seconds(15)

    private static let batchSize: Int32 = 500

    private let relay: Int32

    package init(relay: Int32) {
        self.relay = relay
    }

    package func carryOut(on pool: PostgresPool) async throws {
        let end = ContinuousClock.now + every
        while .now < end, !Task.isCancelled {
            let expired = try await pool.query(
                "SELECT yizhan.expire_held($1, $2)", [.int32(relay), .int32(Self.batchSize)])[0].int64(0)
            if expired < Self.batchSize { break }
        }
    }
}
