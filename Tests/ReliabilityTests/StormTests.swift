import TestSupport
import Testing

extension FaultScenarios {
    @Suite struct StormTests {
        @Test(arguments: [2, 3])
        func allFaultsTogetherLoseNothingAndDoubleNothing(relays: Int) async throws {
            try await withStoppableCluster { cluster in
                let findings = try await FaultRun.check(
                    "storm over \(relays) relays", on: cluster.url, psql: cluster.psql
                ) { run in
                    let plan = StormPlan(seed: run.seed, relays: relays, rounds: 2)
                    try await Storm.rage(over: run, cluster, plan: plan, relays: relays, perSecond: 80)
                }
                findings.expectAllWell()
            }
        }
    }
}
