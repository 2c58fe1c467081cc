import EmbeddedPostgreSQL
import Glibc
import Logging
import Outbox
import PostgreSQL
import SystemPackage

/// The PostgreSQL under the bench: one of its own in a temporary directory, or the one that `DATABASE_URL` names, in which
/// it makes databases of its own and removes them.
struct BenchServer: Sendable {
    /// Statements can be counted by `pg_stat_statements`.
    private(set) var countsStatements = false
    /// Of the bench's own databases; two benches may use one server.
    private let prefix = "yizhan_bench_\(getpid())_"
    private let baseURL: String
    private let embedded: EmbeddedPostgreSQL?
    private let logger: Logger

    static func start(_ settings: BenchSettings, in directory: FilePath, logger: Logger) async throws -> BenchServer {
        if let url = settings.databaseURL {
            var server = BenchServer(baseURL: url, embedded: nil, logger: logger)
            server.countsStatements = try await server.has("pg_settings WHERE name = 'pg_stat_statements.max'")
            return server
        }
        let fresh = try await EmbeddedPostgreSQL.start(in: directory, logger: logger)
        let server = BenchServer(baseURL: fresh.connectionURL, embedded: fresh, logger: logger)
        let isAvailable: Bool
        do {
            isAvailable = try await server.has("pg_available_extensions WHERE name = 'pg_stat_statements'")
            if isAvailable {
                try await server.query("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
            }
        } catch {
            try await server.stop()
            throw error
        }
        guard isAvailable else { return server }
        try await server.stop()
        let counting = try await EmbeddedPostgreSQL.start(in: directory, logger: logger)
        var restarted = BenchServer(baseURL: counting.connectionURL, embedded: counting, logger: logger)
        restarted.countsStatements = true
        return restarted
    }

    /// The bench's own databases go, and the server if it is the bench's own.
    func stop() async throws {
        if let embedded { return try await embedded.stop() }
        let names = try await connected { pool in
            let rows = try await pool.query(
                "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", [.text(prefix)])
            return try (0..<rows.count).map { try rows[$0].text(0) }
        }
        for name in names { try await query("DROP DATABASE \(name) WITH (FORCE)") }
    }

    /// Makes what the databases of the phases are copied from.
    func prepare() async throws {
        try await query("CREATE DATABASE \(template)")
        try await connected(to: template) { pool in
            _ = try await Migrator(pool: pool, logger: logger).migrate()
            if countsStatements { try await pool.query("CREATE EXTENSION pg_stat_statements") }
        }
    }

    /// A database with the schema in it, and with nothing else.
    func database(_ name: String) async throws -> BenchDatabase {
        try await query("CREATE DATABASE \(prefix)\(name) TEMPLATE \(template)")
        return try BenchDatabase(url: url(of: prefix + name), countsStatements: countsStatements, logger: logger)
    }

    /// The value of a server's setting.
    func setting(_ name: String) async throws -> String {
        try await query("SHOW \(name)")[0].text(0)
    }

    private var template: String { prefix + "template" }

    private func has(_ rows: String) async throws -> Bool {
        try await query("SELECT count(*) FROM \(rows)")[0].int64(0) > 0
    }

    @discardableResult
    private func query(_ sql: String) async throws -> PostgresRows {
        try await connected { try await $0.query(PostgresStatement(sql)) }
    }

    private func connected<R: Sendable>(
        to database: String? = nil, _ body: (PostgresPool) async throws -> R
    ) async throws -> R {
        let pool = PostgresPool(
            configuration: try PostgresConfiguration(database.map(url(of:)) ?? baseURL), size: 1, logger: logger)
        defer { pool.close() }
        return try await body(pool)
    }

    private func url(of database: String) -> String {
        embedded?.connectionURL(to: database) ?? ConnectionString.naming(database, in: baseURL)
    }

    private init(baseURL: String, embedded: EmbeddedPostgreSQL?, logger: Logger) {
        self.baseURL = baseURL
        self.embedded = embedded
        self.logger = logger
    }
}
