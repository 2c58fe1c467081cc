import Logging
import PostgreSQL
import TestSupport
import Testing

extension Logger {
    static var silent: Logger { Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() } }
}

extension PostgresConfiguration {
    /// Of a fresh, empty database.
    static func fresh() async throws -> PostgresConfiguration {
        try PostgresConfiguration(await TestDatabase.make())
    }
}

extension PostgresConnection {
    static func open(_ configuration: PostgresConfiguration) async throws -> PostgresConnection {
        try await open(configuration, logger: .silent)
    }

    /// To a fresh, empty database.
    static func fresh() async throws -> PostgresConnection { try await open(.fresh()) }

    func processID() async throws -> Int32 { try await query("SELECT pg_backend_pid()")[0].int32(0) }

    /// Waits until the server is done with the session: a termination only asks for it.
    func terminate(_ processID: Int32) async throws {
        try await query("SELECT pg_terminate_backend($1, 5000)", [.int32(processID)])
    }

    /// Waits until the session works on a statement with this text in it.
    func awaitActivity(of processID: Int32, on text: String) async throws {
        try await eventually("process \(processID) is busy with \(text)") {
            try await self.query(
                """
                SELECT 1 FROM pg_stat_activity
                WHERE pid = $1 AND state = 'active' AND position($2 in query) > 0
                """, [.int32(processID), .text(text)]
            ).count == 1
        }
    }
}

/// The error that the operation throws, which must be a `PostgresError`.
func postgresError(
    isolation: isolated (any Actor)? = #isolation, sourceLocation: SourceLocation = #_sourceLocation,
    _ operation: () async throws -> Void
) async throws -> PostgresError {
    do {
        try await operation()
    } catch let error as PostgresError {
        return error
    }
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    throw CancellationError()
}
