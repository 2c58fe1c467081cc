import Testing

extension FaultScenarios {
    @Suite struct RollingRestartTests {
        @Test func aRollingRestartLosesNothingAndLeavesNoLeaseBehind() async throws {
            try await withRunDatabase { url, psql in
                let findings = try await FaultRun.check("rolling restart", on: url, psql: psql) { run in
                    let relays = [try await run.fleet.start(), try await run.fleet.start()]
                    try await run.load.send(perSecond: 60) {
                        for relay in relays {
                            try await run.waitForDeliveries(60)
                            let number = try await relay.number
                            try relay.tellToStop()
                            run.record(.toldToStop(relay: relay.name))
                            #expect(try await relay.waitForEnd(), "\(relay.name) did not end in peace")
                            let left = try await run.count(
                                "SELECT count(*) FROM yizhan.outbox WHERE lease_owner = \(number)")
                            #expect(left == 0, "\(relay.name) left leases that have to run out")
                            try await run.fleet.replace(relay)
                        }
                    }
                }
                findings.expectAllWell()
            }
        }
    }
}
