package import PostgreSQL
package import RelayCore

/// The configuration in the database.
package struct ConfigurationStore: Sendable {
    private let pool: PostgresPool
    let box: SecretBox

    package init(pool: PostgresPool, box: SecretBox) {
        self.pool = pool
        self.box = box
    }

    /// Cheap. Another number than before means another configuration.
    package func version() async throws(PostgresError) -> Int64 {
        try await pool.query("SELECT c.version FROM yizhan.configuration AS c", timeout: .seconds(2))[0].int64(0)
    }

    /// Everything of one moment. Throws `SealError` where a master key is missing.
    package func loadDirectory() async throws -> Directory {
        try await transaction(.repeatableReadOnly) { [box] connection in
            try await StoredConfiguration.load(on: connection, opening: box).directory
        }
    }

    package func loadDeclaration() async throws -> Declaration {
        try await transaction(.repeatableReadOnly) { [box] connection in
            try await StoredConfiguration.load(on: connection, opening: box).declaration
        }
    }

    /// Makes the declaration so, in one transaction, and returns what that changed. Running relays hear of it. Two that
    /// apply go one after the other; applying the same again changes nothing. Secrets that were sealed with another than
    /// the first master key are sealed anew.
    ///
    /// - Parameters:
    ///   - prune: removes what the declaration does not name. Throws `ConfigurationError.openDeliveries` while something
    ///     is still to be delivered for it.
    ///   - dryRun: changes nothing, and waits for nobody.
    package func apply(
        _ declaration: Declaration, prune: Bool = false, dryRun: Bool = false
    ) async throws -> [Change] {
        try await transaction(dryRun ? .repeatableReadOnly : .readCommitted) { [box] connection in
            if !dryRun {
                try await connection.query("SELECT c.version FROM yizhan.configuration AS c FOR UPDATE")
            }
            let stored = try await StoredConfiguration.load(on: connection, opening: box)
            let current = stored.declaration
            let target = declaration.applied(to: current, prune: prune)

            let broken = target.brokenReferences()
            guard broken.isEmpty else {
                throw ConfigurationError.brokenReferences(broken.map { "\($0.place): \($0.problem)" })
            }
            let step = ConfigurationStep(from: stored, to: target)
            try await step.refuseOpenDeliveries(on: connection)
            if !dryRun, !step.changes.isEmpty {
                try await step.write(on: connection, sealing: box, prune: prune)
            }
            return step.changes
        }
    }

    /// What the body throws comes out as it is, unless the rollback failed too.
    func transaction<Result: Sendable>(
        _ mode: TransactionMode, _ body: @Sendable (isolated PostgresConnection) async throws -> Result
    ) async throws -> Result {
        do {
            return try await pool.withTransaction(mode, body)
        } catch .body(let error, rollback: nil) {
            throw error
        }
    }
}
