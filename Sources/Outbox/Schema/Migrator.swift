import Crypto
package import Logging
package import PostgreSQL

/// Brings the schema `yizhan` up to what this binary was built with.
///
/// Migrations are numbered and applied once. Functions, views and roles are written anew whenever they differ from
/// the binary's. All of it is one transaction, and two migrators go one after the other.
package struct Migrator: Sendable {
    private let pool: PostgresPool
    private let logger: Logger

    package init(pool: PostgresPool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    package enum State: Equatable, Sendable {
        case current
        /// What `migrate` would apply.
        case behind([String])
        /// The database was migrated by a newer version: its migrations are not in this binary.
        case ahead([String])
    }

    package func state() async throws -> State {
        try await pool.withConnection { connection in
            let exists = try await connection.query("SELECT to_regclass('yizhan.migration') IS NOT NULL")
            guard try exists[0].bool(0) else { return Self.state(applied: [:]) }
            return try await Self.state(applied: Self.applied(connection))
        }
    }

    /// Returns what was applied; nothing if the schema was current. Throws `MigrationError`, having changed nothing.
    @discardableResult
    package func migrate() async throws -> [String] {
        do {
            return try await pool.withTransaction { try await Self.migrate($0) }
        } catch .body(let error, rollback: nil) {
            throw error
        }
    }

    private static func migrate(_ connection: isolated PostgresConnection) async throws -> [String] {
        // Any number that nobody else takes: other migrators wait here until this transaction ends.
        try await connection.query("SELECT pg_advisory_xact_lock(7955819318)")
        try await connection.run(
            script: """
                CREATE SCHEMA IF NOT EXISTS yizhan;
                CREATE TABLE IF NOT EXISTS yizhan.migration (
                    name text PRIMARY KEY,
                    sha256 text NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT now()
                );
                """)
        switch state(applied: try await applied(connection)) {
        case .current:
            return []
        case .ahead(let names):
            throw MigrationError.databaseIsNewer(names)
        case .behind(let names):
            let texts = Dictionary(uniqueKeysWithValues: EmbeddedSQL.files.map { ($0.path, $0.text) })
            for name in names {
                guard let text = texts[name] else { continue }
                do {
                    try await connection.run(script: text)
                } catch {
                    throw MigrationError.failed(file: name, error)
                }
                try await connection.query(
                    """
                    INSERT INTO yizhan.migration (name, sha256) VALUES ($1, $2)
                    ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, applied_at = now()
                    """,
                    [.text(name), .text(digest(text))])
            }
            return names
        }
    }

    private static func applied(_ connection: isolated PostgresConnection) async throws -> [String: String] {
        let rows = try await connection.query("SELECT name, sha256 FROM yizhan.migration")
        var applied: [String: String] = [:]
        for index in 0..<rows.count { applied[try rows[index].text(0)] = try rows[index].text(1) }
        return applied
    }

    private static func state(applied: [String: String]) -> State {
        let known = Set(EmbeddedSQL.files.map(\.path))
        let newer = applied.keys.filter { $0.hasPrefix("migrations/") && !known.contains($0) }
        if !newer.isEmpty { return .ahead(newer.sorted()) }
        var missing = EmbeddedSQL.files.filter { file in
            file.path.hasPrefix("migrations/") ? applied[file.path] == nil : applied[file.path] != digest(file.text)
        }
        guard !missing.isEmpty else { return .current }
        // Roles are granted what the other files make, so they come again, and last, whenever anything came.
        missing.removeAll { $0.path.hasPrefix("roles/") }
        missing += EmbeddedSQL.files.filter { $0.path.hasPrefix("roles/") }
        return .behind(missing.map(\.path).sorted { (rank($0), $0) < (rank($1), $1) })
    }

    private static func rank(_ path: String) -> Int {
        ["migrations/", "functions/", "views/", "roles/"].firstIndex { path.hasPrefix($0) } ?? 0
    }

    private static func digest(_ text: String) -> String {
        SHA256.hash(data: Array(text.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
