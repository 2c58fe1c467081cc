import PostgreSQL
import TestSupport
import Testing

/// A primary whose synchronous standby is not there: commits wait, and one whose wait is cancelled is reported by the
/// server as done.
@Suite(.timeLimit(.minutes(2))) struct UnreplicatedCommitTests {
    private func with(
        _ body: (_ configuration: PostgresConfiguration, _ cluster: StoppableCluster) async throws -> Void
    )
        async throws
    {
        try await withStoppableCluster { cluster in
            try await cluster.psql("CREATE TABLE t (n int)", on: cluster.url)
            try await cluster.psql(
                "ALTER SYSTEM SET synchronous_standby_names = 'nobody'; SELECT pg_reload_conf()", on: cluster.url)
            try await body(PostgresConfiguration(cluster.url), cluster)
        }
    }

    private func expectUnreplicated(_ error: PostgresError, _ cluster: StoppableCluster) async throws {
        guard case .unreplicated = error else {
            Issue.record("unexpected: \(error)")
            return
        }
        #expect(error.isOutcomeUnknown && error.isConnectionProblem)
        // That is the danger: the primary shows it.
        #expect(try await cluster.psql("SELECT count(*) FROM t", on: cluster.url) == "1")
    }

    private func cancelWait(_ cluster: StoppableCluster) async throws {
        try await eventually("a commit waits for the standby, and is cancelled") {
            try await cluster.psql(
                "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
                on: cluster.url) == "1"
        }
    }

    @Test func aStatementWhoseWaitSomebodyCancelsIsNotDone() async throws {
        try await with { configuration, cluster in
            let connection = try await PostgresConnection.open(configuration)
            async let outcome = postgresError { try await connection.query("INSERT INTO t VALUES (1)") }
            try await cancelWait(cluster)
            try await expectUnreplicated(await outcome, cluster)
            // The connection is as good as before, and says nothing of what is past.
            #expect(try await connection.query("SELECT n FROM t").count == 1)
        }
    }

    @Test func aTransactionWhoseCommitSomebodyCancelsIsNotDone() async throws {
        try await with { configuration, cluster in
            let connection = try await PostgresConnection.open(configuration)
            async let outcome = postgresError {
                do throws(PostgresTransactionError) {
                    try await connection.transaction { _ = try await $0.query("INSERT INTO t VALUES (1)") }
                } catch {
                    #expect(error.isOutcomeUnknown)
                    guard let cause = error.databaseError else { return }
                    throw cause
                }
            }
            try await cancelWait(cluster)
            try await expectUnreplicated(await outcome, cluster)
        }
    }

    @Test func aTaskThatIsCancelledMeanwhileIsNotToldThatItIsDone() async throws {
        try await with { configuration, cluster in
            let connection = try await PostgresConnection.open(configuration)
            let insertion = Task { try await connection.query("INSERT INTO t VALUES (1)") }
            try await eventually("the commit waits for the standby") {
                try await cluster.psql(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'", on: cluster.url) == "1"
            }
            insertion.cancel()
            try await expectUnreplicated(try await postgresError { _ = try await insertion.value }, cluster)
        }
    }

    @Test func aStatementThatOutlastsItsLimitIsUnknownAndLeavesNoSessionWaiting() async throws {
        try await with { configuration, cluster in
            let connection = try await PostgresConnection.open(configuration)
            let error = try await postgresError {
                try await connection.query("INSERT INTO t VALUES (1)", timeout: .milliseconds(300))
            }
            #expect(error.isOutcomeUnknown)
            try await eventually("no session waits for the standby") {
                try await cluster.psql(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'", on: cluster.url) == "0"
            }
        }
    }
}
