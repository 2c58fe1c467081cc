import PostgreSQL
import TestSupport
import Testing

@Suite struct LostConnectionTests {
    @Test func aConnectionThatEndedWhileIdleLeavesTheNextStatementUnknown() async throws {
        let (connection, other) = (try await PostgresConnection.fresh(), try await PostgresConnection.fresh())
        try await other.terminate(connection.processID())
        let error = try await postgresError { try await connection.query("SELECT 1") }
        #expect(error.isOutcomeUnknown && error.isConnectionProblem)
        #expect(error.sqlState == "57P01")
        // Whoever goes on with it learns that nothing more was sent.
        let later = try await postgresError { try await connection.query("SELECT 1") }
        #expect(!later.isOutcomeUnknown && later.isConnectionProblem)
    }

    @Test func aStatementWhoseConnectionEndsIsReportedAsUnknown() async throws {
        let (connection, other) = (try await PostgresConnection.fresh(), try await PostgresConnection.fresh())
        let processID = try await connection.processID()
        async let outcome = postgresError { try await connection.query("SELECT pg_sleep(60)") }
        try await other.awaitActivity(of: processID, on: "pg_sleep")
        try await other.terminate(processID)
        let error = try await outcome
        #expect(error.isOutcomeUnknown && error.isConnectionProblem)
        #expect(error.description.contains("pg_sleep"))
    }

    @Test func aStatementThatOutlastsItsLimitIsGivenUpAndCancelledOnTheServer() async throws {
        let (connection, other) = (try await PostgresConnection.fresh(), try await PostgresConnection.fresh())
        let processID = try await connection.processID()
        let start = ContinuousClock.now
        let error = try await postgresError {
            try await connection.query("SELECT pg_sleep(60)", timeout: .milliseconds(100))
        }
        #expect(ContinuousClock.now - start < .seconds(5))
        guard case .timedOut(_, .milliseconds(100)) = error else {
            Issue.record("unexpected: \(error)")
            return
        }
        #expect(error.isOutcomeUnknown)
        let later = try await postgresError { try await connection.query("SELECT 1") }
        #expect(!later.isOutcomeUnknown && later.isConnectionProblem)
        try await eventually("the session has ended") {
            try await other.query("SELECT 1 FROM pg_stat_activity WHERE pid = $1", [.int32(processID)]).isEmpty
        }
    }

    @Test func aStatementWithinItsLimitIsLeftAlone() async throws {
        let connection = try await PostgresConnection.fresh()
        #expect(try await connection.query("SELECT 1", timeout: .seconds(30))[0].int32(0) == 1)
    }

    @Test func aScriptHasALimitToo() async throws {
        let connection = try await PostgresConnection.fresh()
        let error = try await postgresError {
            try await connection.run(script: "SELECT 1; SELECT pg_sleep(60)", timeout: .milliseconds(100))
        }
        #expect(error.isOutcomeUnknown)
    }

    @Test func aCancelledTaskCancelsItsStatementAndTheConnectionRemainsUsable() async throws {
        let (connection, other) = (try await PostgresConnection.fresh(), try await PostgresConnection.fresh())
        let processID = try await connection.processID()
        let sleeper = Task { try await connection.query("SELECT pg_sleep(60)") }
        try await other.awaitActivity(of: processID, on: "pg_sleep")
        sleeper.cancel()
        let error = try await postgresError { _ = try await sleeper.value }
        guard case .cancelled = error else {
            Issue.record("unexpected: \(error)")
            return
        }
        #expect(try await connection.processID() == processID)
    }

    @Test func aCancelledTaskSendsNothing() async throws {
        let connection = try await PostgresConnection.fresh()
        try await connection.run(script: "CREATE TABLE t (n int)")
        let error = try await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await postgresError { try await connection.query("INSERT INTO t VALUES (1)") }
        }.value
        guard case .cancelled = error else {
            Issue.record("unexpected: \(error)")
            return
        }
        #expect(try await connection.query("SELECT n FROM t").isEmpty)
    }

    /// Cancelling at any moment must end in the answer or in `.cancelled`, and never hit the next statement.
    @Test func aCancellationNeverHitsTheStatementAfterIt() async throws {
        let connection = try await PostgresConnection.fresh()
        for round in 0..<200 {
            // A new text each time, so that preparing it is hit too.
            let statement = PostgresStatement("SELECT count(*) FROM generate_series(1, 20000) -- \(round)")
            let task = Task { try await connection.query(statement) }
            if round.isMultiple(of: 2) { await Task.yield() }
            task.cancel()
            switch await task.result {
            case .success(let rows): #expect(try rows[0].int64(0) == 20_000)
            case .failure(PostgresError.cancelled): break
            case .failure(let error): Issue.record("unexpected: \(error)")
            }
            #expect(try await connection.query("SELECT 1")[0].int32(0) == 1)
        }
    }

    @Test func aClosedConnectionSaysSo() async throws {
        let connection = try await PostgresConnection.fresh()
        await connection.close()
        let error = try await postgresError { try await connection.query("SELECT 1") }
        guard case .closed = error else {
            Issue.record("unexpected: \(error)")
            return
        }
        #expect(!error.isOutcomeUnknown)
    }
}
