import Testing

extension FaultScenarios {
    /// The checker has teeth: without any one of these safeguards it finds a violation.
    @Suite struct MutantTests {
        /// Two at a time: what a mutant does wrong, it does on a busy machine as well.
        @Test(arguments: stride(from: 0, to: Mutant.all.count, by: 2).map { Mutant.all[$0...].prefix(2) })
        func aSafeguardThatIsTakenOutIsMissed(mutants: ArraySlice<Mutant>) async throws {
            try await withThrowingDiscardingTaskGroup { group in
                for mutant in mutants { group.addTask { try await Self.check(mutant) } }
            }
        }

        @Test func eachRuleThatOneSafeguardServesHasAMutant() {
            let rules = Set(Mutant.all.map(\.rule))
            // What is half, a statement leaves behind only where PostgreSQL itself lacks its safeguards.
            #expect(rules == Set(Violation.Rule.allCases).subtracting([.neverHalf]))
        }

        private static func check(_ mutant: Mutant) async throws {
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
    }
}
