import PostgreSQL
import Testing

@Suite struct QueryTests {
    @Test func aRefusalCarriesItsStateAndConstraint() async throws {
        let connection = try await PostgresConnection.fresh()
        try await connection.run(script: "CREATE TABLE app (name text CONSTRAINT app_name_key UNIQUE)")
        try await connection.query("INSERT INTO app VALUES ($1)", [.text("机密")])
        let error = try await postgresError {
            try await connection.query("INSERT INTO app VALUES ($1)", [.text("机密")])
        }
        guard case .server(let refusal) = error else {
            Issue.record("unexpected: \(error)")
            return
        }
        #expect(refusal.sqlState == "23505")
        #expect(refusal.constraint == "app_name_key")
        #expect(refusal.table == "app")
        #expect(refusal.detail?.contains("机密") == true)
        #expect(error.sqlState == "23505")
        #expect(!error.isOutcomeUnknown && !error.isConnectionProblem)
    }

    @Test func whatIsLoggedOfARefusalHasNoValuesInIt() async throws {
        let connection = try await PostgresConnection.fresh()
        try await connection.run(script: "CREATE TABLE app (name text PRIMARY KEY)")
        let statements: [(PostgresStatement, PostgresParameter)] = [
            ("INSERT INTO app SELECT $1 FROM generate_series(1, 2)", .text("s3cret")),
            ("SELECT $1::text::int", .text("s3cret")),
            ("SELECT $1::text::jsonb", .text("{s3cret")),
            ("SELECT $1::text::timestamptz", .text("s3cret")),
        ]
        for (statement, parameter) in statements {
            let error = try await postgresError { try await connection.query(statement, [parameter]) }
            #expect(!error.description.contains("s3cret"), "\(statement)")
            #expect(error.debugDescription.contains("s3cret"), "\(statement)")
        }
        #expect(!"\(PostgresParameter.text("s3cret"))".contains("s3cret"))
        #expect(!String(reflecting: [PostgresParameter.text("s3cret")]).contains("s3cret"))
    }

    @Test func aSyntaxErrorShowsItsPlaceAndLeavesTheConnectionUsable() async throws {
        let connection = try await PostgresConnection.fresh()
        let error = try await postgresError { try await connection.query("SELECT 1 FRÖM x") }
        guard case .server(let refusal) = error else {
            Issue.record("unexpected: \(error)")
            return
        }
        #expect(refusal.sqlState == "42601")
        #expect(refusal.position == 10 || refusal.position == 15)
        #expect(try await connection.query("SELECT 7")[0].int32(0) == 7)
    }

    @Test func rowsAffectedAreCounted() async throws {
        let connection = try await PostgresConnection.fresh()
        try await connection.run(script: "CREATE TABLE t (n int)")
        #expect(try await connection.query("INSERT INTO t SELECT generate_series(1, 5)").rowsAffected == 5)
        #expect(try await connection.query("UPDATE t SET n = n WHERE n > 3").rowsAffected == 2)
        #expect(try await connection.query("DELETE FROM t WHERE n > 9").rowsAffected == 0)
        #expect(try await connection.query("SELECT n FROM t").count == 5)
    }

    @Test func rowsOutliveTheirConnection() async throws {
        let rows = try await PostgresConnection.fresh().query("SELECT n, 'n' || n FROM generate_series(1, 3) n")
        let texts = await Task.detached { rows.map { try? $0.text(1) } }.value
        #expect(texts == ["n1", "n2", "n3"])
    }

    @Test func oneTextWithParametersOfOtherTypesIsAnotherStatement() async throws {
        let connection = try await PostgresConnection.fresh()
        for _ in 1...2 {
            #expect(try await connection.query("SELECT pg_typeof($1)::text", [.int32(1)])[0].text(0) == "integer")
            #expect(try await connection.query("SELECT pg_typeof($1)::text", [.text("1")])[0].text(0) == "text")
        }
    }

    @Test func aStatementIsPreparedOncePerConnection() async throws {
        let connection = try await PostgresConnection.fresh()
        for number in Int32(1)...5 { try await connection.query("SELECT $1::int4 + 1", [.int32(number)]) }
        let prepared = try await connection.query(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1::int4 + 1'")
        #expect(try prepared[0].int64(0) == 1)
    }

    @Test func aPlanWhoseResultTypeChangedIsMadeAnew() async throws {
        let connection = try await PostgresConnection.fresh()
        try await connection.run(script: "CREATE TABLE t (n int); INSERT INTO t VALUES (1)")
        #expect(try await connection.query("SELECT * FROM t")[0].int32(0) == 1)
        try await connection.run(script: "ALTER TABLE t ALTER n TYPE text USING 'now ' || n")
        #expect(try await connection.query("SELECT * FROM t")[0].text(0) == "now 1")
    }

    @Test func aPlanThatWentStaleWithinATransactionIsMadeAnewInTheNext() async throws {
        let connection = try await PostgresConnection.fresh()
        try await connection.run(script: "CREATE TABLE t (n int); INSERT INTO t VALUES (1)")
        try await connection.query("SELECT * FROM t")
        try await connection.run(script: "ALTER TABLE t ALTER n TYPE text")
        let error = await #expect(throws: PostgresTransactionError.self) {
            try await connection.transaction { connection in
                _ = try await connection.query("SELECT * FROM t")
            }
        }
        #expect(error?.sqlState == "0A000")
        #expect(try await connection.query("SELECT * FROM t")[0].text(0) == "1")
    }

    @Test func aPreparedStatementThatIsGoneIsMadeAnew() async throws {
        let connection = try await PostgresConnection.fresh()
        try await connection.query("SELECT $1::int4", [.int32(1)])
        try await connection.run(script: "DEALLOCATE ALL")
        #expect(try await connection.query("SELECT $1::int4", [.int32(2)])[0].int32(0) == 2)
    }

    @Test func statementsWithoutEndDoNotPileUpOnTheServer() async throws {
        let connection = try await PostgresConnection.fresh()
        for number in 0..<600 { try await connection.query(PostgresStatement("SELECT \(number)")) }
        let prepared = try await connection.query("SELECT count(*) FROM pg_prepared_statements")
        #expect(try prepared[0].int64(0) <= 257)
    }

    @Test func aScriptStopsAtItsFirstErrorAndLeavesNothing() async throws {
        let connection = try await PostgresConnection.fresh()
        let error = try await postgresError {
            try await connection.run(script: "CREATE TABLE a (n int); SELECT 1/0; CREATE TABLE b (n int)")
        }
        #expect(error.sqlState == "22012")
        #expect(try await connection.query("SELECT to_regclass('a')::text")[0].optional.text(0) == nil)
        try await connection.run(script: "")
    }

    @Test func copyIsRefused() async throws {
        let connection = try await PostgresConnection.fresh()
        let error = try await postgresError { try await connection.run(script: "COPY (SELECT 1) TO STDOUT") }
        guard case .unsupported = error else {
            Issue.record("unexpected: \(error)")
            return
        }
    }

    @Test func noticesGoToTheLogger() async throws {
        let log = RecordedLog()
        let connection = try await PostgresConnection.open(.fresh(), logger: log.logger)
        try await connection.run(script: "DO $$ BEGIN RAISE NOTICE 'post 驿'; END $$")
        #expect(log.lines.contains { $0.contains("post 驿") })
    }

    @Test func callsOfManyTasksOnOneConnectionRunOneAfterTheOther() async throws {
        let connection = try await PostgresConnection.fresh()
        let sum = try await withThrowingTaskGroup(of: Int32.self) { group in
            for number in Int32(1)...100 {
                group.addTask { try await connection.query("SELECT $1::int4", [.int32(number)])[0].int32(0) }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 5050)
    }
}
