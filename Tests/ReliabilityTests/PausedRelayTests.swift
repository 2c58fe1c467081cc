import Testing

extension FaultScenarios {
    @Suite struct PausedRelayTests {
        @Test func aRelayThatSleptLongerThanItsLeasesOverwritesNothing() async throws {
            for conduct in [PausedRelay.slowYesThenNo, PausedRelay.slowNoThenYes] {
                try await withRunDatabase { url, psql in
                    let findings = try await FaultRun.check(
                        "SIGSTOP", on: url, psql: psql, conduct: { _ in conduct }, PausedRelay.play)
                    findings.expectAllWell()
                }
            }
        }
    }
}
