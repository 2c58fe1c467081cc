import Testing

extension FaultScenarios {
    @Suite struct OperatorTests {
        @Test func whatOperatorsCancelAndRequeueUnderLoadHoldsToTheAttempt() async throws {
            try await withRunDatabase { url, psql in
                let findings = try await FaultRun.check(
                    "cancel and requeue", on: url, psql: psql, Interference.play)
                findings.expectAllWell()
                #expect(findings.totals.outcomes["cancelled", default: 0] > 0, "nothing was cancelled in time")
            }
        }
    }
}
