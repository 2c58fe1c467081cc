import Testing

extension FaultScenarios {
    @Suite struct UnevenLinkTests {
        @Test func eventsOfAnOrderArriveInOrderThoughTheWayIsLongForSomeOfThem() async throws {
            try await withRunDatabase { url, psql in
                let findings = try await FaultRun.check(
                    "uneven link", on: url, psql: psql, conduct: { _ in MerchantConducts.accepting }, UnevenLink.play)
                findings.expectAllWell()
            }
        }
    }
}
