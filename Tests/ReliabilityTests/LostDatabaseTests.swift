import Glibc
import TestSupport
import Testing

extension FaultScenarios {
    @Suite struct LostDatabaseTests {
        @Test func sessionsThatAreEndedAgainAndAgainLoseNothing() async throws {
            try await withRunDatabase { url, psql in
                let findings = try await FaultRun.check("pg_terminate_backend", on: url, psql: psql) { run in
                    try await run.fleet.start()
                    try await run.fleet.start()
                    try await run.load.send(perSecond: 60) {
                        for _ in 0..<12 {
                            try await run.waitForDeliveries(20)
                            try await run.endSessions()
                        }
                    }
                }
                findings.expectAllWell()
            }
        }

        @Test func aDatabaseThatCrashesTwiceLosesNothing() async throws {
            try await withStoppableCluster { cluster in
                let findings = try await FaultRun.check("database crash", on: cluster.url, psql: cluster.psql) { run in
                    try await crashUnderLoad(run, cluster, times: 2)
                }
                findings.expectAllWell()
            }
        }

        @Test func acknowledgingBeforeTheCommitIsDurableWouldLoseOrders() async throws {
            try await withStoppableCluster { cluster in
                try await cluster.psql(
                    "ALTER SYSTEM SET synchronous_commit = off; SELECT pg_reload_conf()", on: cluster.url)
                let findings = try await FaultRun.check(
                    "acknowledged before the commit is durable", on: cluster.url, psql: cluster.psql,
                    patience: .seconds(5)
                ) { run in
                    // The configuration is to outlive the crash.
                    try await run.psql("CHECKPOINT", on: run.database)
                    // This process writes, a little later, what nobody waits for. Whoever waits writes without it.
                    let writer = try await run.count(
                        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")
                    try #require(writer > 0 && kill(pid_t(writer), SIGSTOP) == 0)
                    try await crashUnderLoad(run, cluster, times: 1)
                }
                findings.expectCaught(by: .oneEvent)
            }
        }

        private func crashUnderLoad(_ run: FaultRun, _ cluster: StoppableCluster, times: Int) async throws {
            try await run.fleet.start()
            try await run.fleet.start()
            try await run.load.send(perSecond: 60) {
                for _ in 0..<times {
                    try await run.waitForDeliveries(60)
                    try await cluster.crash()
                    run.record(.databaseCrashed)
                    try await cluster.start()
                    run.record(.databaseIsBack)
                }
                try await run.waitForDeliveries(60)
            }
        }
    }
}
