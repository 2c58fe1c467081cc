import PostgreSQL
import Testing

@Suite struct TransactionTests {
    private struct Refusal: Error {}

    private func connectionWithTable() async throws -> PostgresConnection {
        let connection = try await PostgresConnection.fresh()
        try await connection.run(
            script: "CREATE TABLE t (n int PRIMARY KEY, CONSTRAINT later UNIQUE (n) DEFERRABLE INITIALLY DEFERRED)")
        return connection
    }

    @Test func aBodyThatReturnsIsCommitted() async throws {
        let connection = try await connectionWithTable()
        let value = try await connection.transaction { connection in
            try await connection.query("INSERT INTO t VALUES (1)")
            return "done"
        }
        #expect(value == "done")
        #expect(try await connection.query("SELECT n FROM t").count == 1)
    }

    @Test func aBodyThatThrowsIsRolledBack() async throws {
        let connection = try await connectionWithTable()
        let error = await #expect(throws: PostgresTransactionError.self) {
            try await connection.transaction { connection in
                try await connection.query("INSERT INTO t VALUES (1)")
                throw Refusal()
            }
        }
        guard case .body(is Refusal, rollback: nil) = error else {
            Issue.record("unexpected: \(String(describing: error))")
            return
        }
        #expect(try await connection.query("SELECT n FROM t").isEmpty)
    }

    @Test func aTransactionWithAFailedStatementIsNotTakenForCommitted() async throws {
        let connection = try await connectionWithTable()
        let error = await #expect(throws: PostgresTransactionError.self) {
            try await connection.transaction { connection in
                try await connection.query("INSERT INTO t VALUES (1)")
                _ = try await postgresError { try await connection.query("SELECT 1/0") }
            }
        }
        guard case .aborted(rollback: nil) = error else {
            Issue.record("unexpected: \(String(describing: error))")
            return
        }
        #expect(try await connection.query("SELECT n FROM t").isEmpty)
    }

    @Test func aRefusedCommitIsKnownToHaveFailed() async throws {
        let connection = try await connectionWithTable()
        try await connection.run(script: "ALTER TABLE t DROP CONSTRAINT t_pkey")
        let error = await #expect(throws: PostgresTransactionError.self) {
            try await connection.transaction { connection in
                try await connection.query("INSERT INTO t VALUES (1), (1)")
            }
        }
        guard case .commit = error else {
            Issue.record("unexpected: \(String(describing: error))")
            return
        }
        #expect(error?.sqlState == "23505")
        #expect(error?.isOutcomeUnknown == false)
    }

    @Test func aCommitWithoutAnAnswerIsUnknown() async throws {
        let (connection, other) = (try await connectionWithTable(), try await PostgresConnection.fresh())
        let processID = try await connection.processID()
        let error = await #expect(throws: PostgresTransactionError.self) {
            try await connection.transaction { connection in
                try await connection.query("INSERT INTO t VALUES (1)")
                try await other.terminate(processID)
            }
        }
        guard case .commit = error else {
            Issue.record("unexpected: \(String(describing: error))")
            return
        }
        #expect(error?.isOutcomeUnknown == true)
        #expect(error?.isConnectionProblem == true)
    }

    @Test func aConnectionLostBeforeTheCommitMeansRolledBack() async throws {
        let (connection, other) = (try await connectionWithTable(), try await PostgresConnection.fresh())
        let processID = try await connection.processID()
        let error = await #expect(throws: PostgresTransactionError.self) {
            try await connection.transaction { connection in
                try await other.terminate(processID)
                try await connection.query("INSERT INTO t VALUES (1)")
            }
        }
        guard case .body(let cause as PostgresError, rollback: .connectionLost(inFlight: nil, _, _)) = error else {
            Issue.record("unexpected: \(String(describing: error))")
            return
        }
        #expect(cause.isConnectionProblem)
        #expect(error?.isOutcomeUnknown == false)
    }

    @Test func aTransactionThatCannotBeginSaysSo() async throws {
        let connection = try await connectionWithTable()
        await connection.close()
        let error = await #expect(throws: PostgresTransactionError.self) { try await connection.transaction { _ in } }
        guard case .begin(.closed) = error else {
            Issue.record("unexpected: \(String(describing: error))")
            return
        }
    }

    @Test func aTransactionWithinATransactionIsRefused() async throws {
        let connection = try await connectionWithTable()
        let error = await #expect(throws: PostgresTransactionError.self) {
            try await connection.transaction { connection in try await connection.transaction { _ in } }
        }
        guard case .body(PostgresTransactionError.begin(.unsupported), rollback: nil) = error else {
            Issue.record("unexpected: \(String(describing: error))")
            return
        }
    }

    @Test func aReadOnlyTransactionSeesOneSnapshotAndRefusesWrites() async throws {
        let configuration = try await PostgresConfiguration.fresh()
        let (reader, writer) = (
            try await PostgresConnection.open(configuration), try await PostgresConnection.open(configuration)
        )
        try await writer.run(script: "CREATE TABLE t (n int)")
        let seen = try await reader.transaction(.repeatableReadOnly) { reader in
            let before = try await reader.query("SELECT n FROM t").count
            try await writer.query("INSERT INTO t VALUES (1)")
            return [before, try await reader.query("SELECT n FROM t").count]
        }
        #expect(seen == [0, 0])
        let error = await #expect(throws: PostgresTransactionError.self) {
            try await reader.transaction(.repeatableReadOnly) { reader in
                try await reader.query("INSERT INTO t VALUES (2)")
            }
        }
        #expect(error?.sqlState == "25006")
    }

    @Test func aCancelledTransactionIsRolledBackAndTheConnectionUsable() async throws {
        let (connection, other) = (try await connectionWithTable(), try await PostgresConnection.fresh())
        let processID = try await connection.processID()
        let task = Task {
            try await connection.transaction { connection in
                try await connection.query("INSERT INTO t VALUES (1)")
                try await connection.query("SELECT pg_sleep(60)")
            }
        }
        try await other.awaitActivity(of: processID, on: "pg_sleep")
        task.cancel()
        let error = await #expect(throws: PostgresTransactionError.self) { _ = try await task.value }
        guard case .body(PostgresError.cancelled, rollback: nil) = error else {
            Issue.record("unexpected: \(String(describing: error))")
            return
        }
        #expect(try await connection.query("SELECT n FROM t").isEmpty)
    }
}
