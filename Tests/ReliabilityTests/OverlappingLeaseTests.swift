import Testing

extension FaultScenarios {
    @Suite struct OverlappingLeaseTests {
        @Test func twoRelaysNeverAttemptADeliveryAtOnce() async throws {
            try await withRunDatabase { url, psql in
                let findings = try await FaultRun.check(
                    "two relays", on: url, psql: psql, conduct: { _ in Mutant.slowAtSecondVisit }, Mutant.twoRelays)
                findings.expectAllWell()
            }
        }
    }
}
