import Testing

extension FaultScenarios {
    /// The checker has teeth: without any one of these safeguards it finds a violation.
    @Suite struct MutantTests {
        @Test(arguments: Mutant.all)
        func aSafeguardThatIsTakenOutIsMissed(mutant: Mutant) async throws {
            try await withRunDatabase { url, psql in
                let findings = try await FaultRun.check(
                    mutant.name, on: url, psql: psql, patience: mutant.patience, conduct: mutant.conduct
                ) { run in
                    try await mutant.mutate(run)
                    try await mutant.play(run)
                }
                findings.expectCaught(by: mutant.rule)
            }
        }

        @Test func eachRuleThatOneSafeguardServesHasAMutant() {
            let rules = Set(Mutant.all.map(\.rule))
            // What is half, a statement leaves behind only where PostgreSQL itself lacks its safeguards.
            #expect(rules == Set(Violation.Rule.allCases).subtracting([.neverHalf]))
        }
    }
}
