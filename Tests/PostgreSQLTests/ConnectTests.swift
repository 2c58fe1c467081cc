import PostgreSQL
import TestSupport
import Testing

@Suite struct ConnectTests {
    @Test func noServerIsAClearError() async throws {
        let error = try await postgresError {
            _ = try await PostgresConnection.open(PostgresConfiguration("host=/nonexistent port=5999"))
        }
        #expect(error.description.contains("/nonexistent"))
        #expect(error.isConnectionProblem && !error.isOutcomeUnknown)
    }

    @Test func anUnknownDatabaseIsAClearError() async throws {
        let database = try await TestDatabase.make()
        let error = try await postgresError {
            _ = try await PostgresConnection.open(PostgresConfiguration("\(database) dbname=nowhere"))
        }
        #expect(error.description.contains("\"nowhere\" does not exist"))
    }

    @Test func anUnknownUserIsAClearErrorWithoutThePassword() async throws {
        let database = try await TestDatabase.make()
        let error = try await postgresError {
            _ = try await PostgresConnection.open(PostgresConfiguration("\(database) user=nobody password=s3cret"))
        }
        #expect(error.description.contains("nobody"))
        #expect(!String(reflecting: error).contains("s3cret"))
    }

    @Test func aSilentServerIsGivenUpInTime() async throws {
        let silent = try SilentServer()
        let start = ContinuousClock.now
        let error = try await postgresError {
            _ = try await PostgresConnection.open(
                PostgresConfiguration(
                    "host=127.0.0.1 port=\(silent.port) sslmode=disable", connectTimeout: .milliseconds(200)))
        }
        #expect(ContinuousClock.now - start < .seconds(5))
        guard case .cannotConnect(let reason) = error else {
            Issue.record("unexpected: \(error)")
            return
        }
        #expect(reason.contains("127.0.0.1"))
    }

    @Test func aCancelledTaskStopsConnecting() async throws {
        let silent = try SilentServer()
        let task = Task {
            try await PostgresConnection.open(
                PostgresConfiguration("host=127.0.0.1 port=\(silent.port)", connectTimeout: .seconds(600)))
        }
        try await silent.awaitClient()
        task.cancel()
        let error = try await postgresError { _ = try await task.value }
        guard case .cancelled = error else {
            Issue.record("unexpected: \(error)")
            return
        }
    }

    @Test func aSilentHostDoesNotKeepFromTheNextOne() async throws {
        let silent = try SilentServer()
        let database = try await TestDatabase.make()
        let settings = database.split(separator: " ")
        let directory = try #require(settings.first { $0.hasPrefix("host=") }).dropFirst("host=".count)
        let port = try #require(settings.first { $0.hasPrefix("port=") }).dropFirst("port=".count)
        let connection = try await PostgresConnection.open(
            PostgresConfiguration(
                "\(database) host=/nonexistent,127.0.0.1,\(directory) port=\(port),\(silent.port),\(port) "
                    + "target_session_attrs=read-write",
                connectTimeout: .seconds(2)))
        #expect(try await connection.query("SELECT 1")[0].int32(0) == 1)
    }

    @Test func sessionSettingsHoldFromTheStart() async throws {
        let configuration = try PostgresConfiguration(
            await TestDatabase.make() + " options='-c lock_timeout=7s'", applicationName: "驿站 relay",
            sessionSettings: ["statement_timeout": "31s", "search_path": #""a b", public"#])
        let connection = try await PostgresConnection.open(configuration)
        func setting(_ name: String) async throws -> String {
            try await connection.query("SELECT current_setting($1)", [.text(name)])[0].text(0)
        }
        #expect(try await setting("statement_timeout") == "31s")
        #expect(try await setting("lock_timeout") == "7s")
        #expect(try await setting("search_path") == #""a b", public"#)
        #expect(try await setting("client_encoding") == "UTF8")
        #expect(try await setting("application_name").hasSuffix(" relay"))
    }

    @Test func theConnectionStringBeatsTheDefaults() async throws {
        let connection = try await PostgresConnection.open(
            PostgresConfiguration(await TestDatabase.make() + " application_name=mine"))
        #expect(try await connection.query("SELECT current_setting('application_name')")[0].text(0) == "mine")
    }

    @Test(arguments: ["postgres://u:s3cret@db.example/x", "host=db.example user=u password=s3cret dbname=x"])
    func aConfigurationHidesItsPassword(_ text: String) throws {
        let configuration = try PostgresConfiguration(text)
        var dumped = ""
        dump(configuration, to: &dumped)
        for shown in ["\(configuration)", String(reflecting: configuration), "\([configuration])", dumped] {
            #expect(!shown.contains("s3cret"))
        }
        #expect("\(configuration)".contains("host=db.example"))
        #expect("\(configuration)".contains("dbname=x"))
    }

    @Test(arguments: ["host=x s3cret", "postgres://u:s3cret%zz@db/x", "s3cret=1"])
    func anInvalidConnectionStringIsRefusedWithoutBeingQuoted(_ text: String) throws {
        let error = try #require(throws: PostgresError.self) { try PostgresConfiguration(text) }
        guard case .invalidConfiguration(let reason) = error else {
            Issue.record("unexpected: \(error)")
            return
        }
        #expect(!reason.isEmpty && !String(reflecting: error).contains("s3cret"))
    }
}
