import TestSupport
import Testing

extension FaultScenarios {
    @Suite struct SwallowedDatabaseTests {
        /// RenRenXiu waits three seconds, and a merchant's answer may take some of it.
        private static let answerLimit = Duration.seconds(3)

        @Test func aRelayWhoseDatabaseIsSwallowedAnswersInTimeAndGoesOnByItself() async throws {
            try await withRunDatabase { url, psql in
                let findings = try await FaultRun.check(
                    "database swallowed", on: url, psql: psql, conduct: { _ in MerchantConducts.accepting }
                ) { run in
                    try await run.fleet.start()
                    let link = try #require(run.fleet.gates[0].databaseLink)
                    try await run.load.send(perSecond: 60) {
                        for _ in 0..<2 {
                            try await run.waitForDeliveries(60)
                            run.record(.linkHarmed(link: "relay-1", .swallow))
                            try await link.harm(.swallow)
                            try await ContinuousClock().sleep(for: .seconds(3))
                            try await link.heal()
                            run.record(.linkHealed(link: "relay-1"))
                            try await run.waitForDeliveries(60, within: .seconds(10))
                        }
                    }
                }
                findings.expectAllWell()
                let late = findings.history.calls.filter { call in
                    call.answeredAt.map { $0 - call.sentAt > Self.answerLimit } ?? true
                }
                #expect(late.isEmpty, "\(late.count) calls had no answer in time, the first \(late.prefix(1))")
                let unknown = findings.history.calls.filter { call in
                    !call.isAcknowledged && call.answeredAt.map { $0 - call.sentAt > .seconds(1) } ?? false
                }
                #expect(!unknown.isEmpty, "no call waited for a commit that was swallowed: the run proves nothing")
            }
        }

        @Test func aRelayWhoseDatabaseIsSwallowedStopsWhenItIsTold() async throws {
            try await withRunDatabase { url, psql in
                let findings = try await FaultRun.check("database swallowed, SIGTERM", on: url, psql: psql) { run in
                    let relay = try await run.fleet.start()
                    try await run.fleet.start()
                    try await run.load.send(perSecond: 60) {
                        try await run.waitForDeliveries(60)
                        run.record(.linkHarmed(link: relay.name, .swallow))
                        try await run.fleet.gates[0].databaseLink?.harm(.swallow)
                        try await run.waitForDeliveries(20)
                        try relay.tellToStop()
                        run.record(.toldToStop(relay: relay.name))
                        // How it ends is another matter: what it holds cannot be written.
                        _ = try await relay.waitForEnd()
                        try await run.fleet.replace(relay)
                    }
                }
                findings.expectAllWell()
            }
        }
    }
}
