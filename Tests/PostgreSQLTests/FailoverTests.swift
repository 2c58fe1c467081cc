import Foundation
import PostgreSQL
import TestSupport
import Testing

/// Two clusters that both take writes, as after a promotion beside a primary that is frozen or cut off.
@Suite(.timeLimit(.minutes(2))) struct FailoverTests {
    private func with(
        _ body: (_ configuration: PostgresConfiguration, _ former: StoppableCluster, _ promoted: StoppableCluster)
            async throws -> Void
    ) async throws {
        try await withStoppableCluster { former in
            try await withStoppableCluster { promoted in
                let hosts = try [former.url, promoted.url].map { try #require(URLComponents(string: $0)?.host) }
                // libpq takes the second host once the first gives no answer.
                try await body(
                    PostgresConfiguration(
                        "host=\(hosts.joined(separator: ",")) user=postgres dbname=yizhan target_session_attrs=read-write",
                        connectTimeout: .seconds(1)),
                    former, promoted)
            }
        }
    }

    private func place(_ pool: PostgresPool) async throws -> String {
        try await pool.query("SELECT current_setting('data_directory')", timeout: .milliseconds(500))[0].text(0)
    }

    @Test func aSessionThatFindsThePrimaryElsewhereEndsThoseInItsFormerPlace() async throws {
        try await with { configuration, former, promoted in
            let pool = PostgresPool(configuration: configuration, size: 3, logger: .silent)
            defer { pool.close() }
            let sleeping = try await PostgresConnection.open(configuration)
            let start = ContinuousClock.now
            async let outcome = postgresError { try await sleeping.query("SELECT pg_sleep(60)", timeout: .seconds(60)) }
            #expect(try await place(pool).hasPrefix("\(former.directory)"))

            try await former.pause()
            let error = try await postgresError { _ = try await place(pool) }
            #expect(error.isOutcomeUnknown && error.isConnectionProblem)
            #expect(try await place(pool).hasPrefix("\(promoted.directory)"))
            let ended = try await outcome
            #expect(ended.isOutcomeUnknown && ended.description.contains("the primary is at"))
            #expect(ContinuousClock.now - start < .seconds(20))

            // It takes writes again, and comes first in the list.
            try await former.resume()
            for _ in 0..<3 { #expect(try await place(pool).hasPrefix("\(promoted.directory)")) }
        }
    }

    @Test func whereOneStatementHadNoAnswerIdleSessionsAreNotUsedBeforeThePrimaryIsFound() async throws {
        try await with { configuration, former, promoted in
            let pool = PostgresPool(configuration: configuration, size: 3, logger: .silent)
            defer { pool.close() }
            // Two idle sessions.
            try await pool.withConnection { _ in _ = try await place(pool) }
            #expect(pool.counts.idle == 2)
            let error = try await postgresError {
                try await pool.query("SELECT pg_sleep(60)", timeout: .milliseconds(100))
            }
            #expect(error.isOutcomeUnknown)
            #expect(try await place(pool).hasPrefix("\(promoted.directory)"))
            _ = former
        }
    }

    @Test func aListenerMovesToo() async throws {
        try await with { configuration, former, promoted in
            let pool = PostgresPool(configuration: configuration, size: 1, logger: .silent)
            defer { pool.close() }
            var events = PostgresListener(configuration: configuration, channels: ["news"], logger: .silent).events
                .makeAsyncIterator()
            #expect(await events.next() == .connected)
            #expect(try await place(pool).hasPrefix("\(former.directory)"))

            try await former.pause()
            _ = try await postgresError { _ = try await place(pool) }
            #expect(try await place(pool).hasPrefix("\(promoted.directory)"))
            #expect(await events.next() == .connected)
            try await promoted.psql("NOTIFY news, 'moved'", on: promoted.url)
            #expect(await events.next() == .notification(channel: "news", payload: "moved"))
        }
    }

    @Test func aConnectionToAServerThatTakesNoWritesIsNotLentAgain() async throws {
        let pool = PostgresPool(configuration: try await .fresh(), size: 1, logger: .silent)
        defer { pool.close() }
        let before = try await pool.withConnection { connection in
            try await connection.run(script: "SET default_transaction_read_only = on")
            return try await connection.processID()
        }
        let error = try await postgresError { try await pool.query("CREATE TABLE t (n int)") }
        #expect(error.sqlState == "25006" && error.isConnectionProblem && !error.isOutcomeUnknown)
        #expect(try await pool.withConnection { try await $0.processID() } != before)
        try await pool.query("CREATE TABLE t (n int)")
    }
}
