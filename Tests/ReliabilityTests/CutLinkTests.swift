import TestSupport
import Testing

extension FaultScenarios {
    @Suite struct CutLinkTests {
        @Test func connectionsToTheDatabaseThatAreCutAnywhereLeaveNothingHalf() async throws {
            try await withRunDatabase { url, psql in
                let findings = try await FaultRun.check("database links cut", on: url, psql: psql) { run in
                    for _ in 0..<2 { try await run.fleet.start() }
                    var dice = SeededGenerator(seed: run.seed, about: "cuts")
                    try await run.load.send(perSecond: 60) {
                        for cut in 0..<18 {
                            try await run.waitForDeliveries(10)
                            let gate = run.fleet.gates[cut / 3 % 2]
                            let afterBytes = Int.random(in: 0...3_000, using: &dice)
                            let harm: FaultyLink.Harm =
                                switch cut % 3 {
                                case 0: .halfClose(.near, afterBytes: afterBytes)
                                case 1: .halfClose(.far, afterBytes: afterBytes)
                                default: .reset(afterBytes: afterBytes)
                                }
                            run.record(.linkHarmed(link: gate.relay.name, harm))
                            try await gate.databaseLink?.harm(harm)
                        }
                    }
                }
                findings.expectAllWell()
            }
        }

        @Test func connectionsToMerchantsThatAreCutSwallowedAndDelayedLoseNothing() async throws {
            try await withRunDatabase { url, psql in
                let findings = try await FaultRun.check(
                    "merchant link cut, swallowed, delayed", on: url, psql: psql,
                    conduct: { _ in MerchantConducts.accepting }
                ) { run in
                    for _ in 0..<2 { try await run.fleet.start() }
                    var dice = SeededGenerator(seed: run.seed, about: "cuts")
                    try await run.load.send(perSecond: 60) {
                        for number in 0..<20 {
                            try await run.waitForDeliveries(10)
                            let afterBytes = Int.random(in: 0...1_500, using: &dice)
                            let harm: FaultyLink.Harm =
                                switch number % 5 {
                                case 0: .halfClose(.near, afterBytes: afterBytes)
                                case 1: .halfClose(.far, afterBytes: afterBytes)
                                case 2: .reset(afterBytes: afterBytes)
                                case 3: .swallow
                                default: .delay(.milliseconds(250))
                                }
                            run.record(.linkHarmed(link: "merchant", harm))
                            try await run.merchantLink.harm(harm)
                            try await ContinuousClock().sleep(for: .milliseconds(400))
                            try await run.merchantLink.heal()
                            run.record(.linkHealed(link: "merchant"))
                        }
                    }
                }
                findings.expectAllWell()
            }
        }
    }
}
