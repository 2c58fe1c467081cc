import EmbeddedPostgreSQL
import Foundation
import Logging
import SystemPackage

/// The private PostgreSQL of a test run: started when the first test asks for it, gone soon after the process.
package actor TestCluster {
    package nonisolated let psql: Psql

    private nonisolated let server: EmbeddedPostgreSQL
    private var templates: [String: Task<Void, any Error>] = [:]

    // Shared by all tests and owned by none, so it cannot be a child of the test that happens to come first.
    private static let started = Task { try await TestCluster() }

    package static func shared() async throws -> TestCluster {
        try await started.value
    }

    private init() async throws {
        psql = try await Psql()
        let directory = try await FilePath(scratchDirectory().path)
        let logger = Logger(label: "test-cluster") { _ in SwiftLogNoOpLogHandler() }
        let fresh = try await EmbeddedPostgreSQL.start(in: directory, logger: logger)
        // Nothing of a test run has to survive a power cut; and all tests of a run share the connections.
        try await psql(
            """
            ALTER SYSTEM SET fsync = off;
            ALTER SYSTEM SET full_page_writes = off;
            ALTER SYSTEM SET max_connections = 500;
            """, on: fresh.connectionURL)
        try await fresh.stop()
        server = try await EmbeddedPostgreSQL.start(in: directory, logger: logger)
    }

    /// A new database, empty or a copy of a template, which lasts as long as the cluster.
    package nonisolated func createDatabase(template: String? = nil) async throws -> TestDatabase {
        let database = TestDatabase(named: "test_" + UUID().uuidString.lowercased().filter { $0 != "-" }, on: server)
        let copy = template.map { #" TEMPLATE "\#($0)""# } ?? ""
        try await psql(#"CREATE DATABASE "\#(database.name)"\#(copy)"#, on: server.connectionURL)
        return database
    }

    /// Runs `body` with the URL of a database of its own, which is dropped afterwards, with all its connections.
    package nonisolated(nonsending) func withDatabase<Result>(
        template: String? = nil, _ body: (_ url: String) async throws -> Result
    ) async throws -> Result {
        let database = try await createDatabase(template: template)
        let result: Result
        do {
            result = try await body(database.url)
        } catch {
            try await drop(database)
            throw error
        }
        try await drop(database)
        return result
    }

    /// The name of a template that `prepare` fills (with the schema, say) when it is first asked for in this process.
    ///
    /// Whoever asks for it meanwhile waits. If `prepare` fails, so does everyone who asks.
    package func template(
        named name: String, prepare: @escaping @Sendable (_ url: String) async throws -> Void
    ) async throws -> String {
        let preparation =
            templates[name]
            // Not the child of one caller: the others must not lose the template when that one is cancelled.
            ?? Task {
                let template = TestDatabase(named: name, on: server)
                try await psql(#"CREATE DATABASE "\#(name)""#, on: server.connectionURL)
                try await prepare(template.url)
                // A template that somebody is connected to cannot be copied.
                try await psql(#"ALTER DATABASE "\#(name)" ALLOW_CONNECTIONS false"#, on: server.connectionURL)
            }
        templates[name] = preparation
        try await preparation.value
        return name
    }

    private nonisolated func drop(_ database: TestDatabase) async throws {
        try await psql(#"DROP DATABASE IF EXISTS "\#(database.name)" WITH (FORCE)"#, on: server.connectionURL)
    }
}
