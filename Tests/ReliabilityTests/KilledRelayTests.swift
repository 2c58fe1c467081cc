import Testing

extension FaultScenarios {
    @Suite struct KilledRelayTests {
        @Test func aThousandOpenDeliveriesOfAKilledRelayEndInOneOutcomeEach() async throws {
            try await withRunDatabase { url, psql in
                let findings = try await FaultRun.check(
                    "kill -9", on: url, psql: psql, maxInFlight: 150, conduct: { _ in MerchantConducts.hanging }
                ) { run in
                    let killed = try await run.fleet.start()
                    let number = try await killed.number
                    try await run.fleet.start()
                    await run.load.send(orders: 540, perSecond: 300)
                    try await run.eventually("1,000 deliveries are open and the first relay attempts many of them") {
                        let open = try await run.count("SELECT count(*) FROM yizhan.outbox")
                        let held = try await run.count(
                            "SELECT count(*) FROM yizhan.outbox WHERE lease_owner = \(number)")
                        return open >= 1_000 && held >= 100
                    }
                    try await killed.kill()
                    run.record(.killed(relay: killed.name))
                    let held = try await run.count("SELECT count(*) FROM yizhan.outbox WHERE lease_owner = \(number)")
                    #expect(held > 0, "nothing was in flight on the killed relay: the run proves nothing")
                    run.merchant.behave(MerchantConducts.moody(seed: run.seed))
                    await run.load.send(orders: 60, perSecond: 60)
                }
                findings.expectAllWell()
            }
        }
    }
}
