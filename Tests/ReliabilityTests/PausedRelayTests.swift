import Testing

extension FaultScenarios {
    @Suite struct PausedRelayTests {
        @Test func aRelayThatSleptLongerThanItsLeasesOverwritesNothing() async throws {
            try await withRunDatabase { url, psql in
                let findings = try await FaultRun.check(
                    "SIGSTOP", on: url, psql: psql, conduct: { _ in PausedRelay.conduct }
                ) { run in try await PausedRelay.play(run) }
                findings.expectAllWell()
            }
        }

        @Test func withoutTheTokenItWould() async throws {
            try await withRunDatabase { url, psql in
                let findings = try await FaultRun.check(
                    "SIGSTOP, token check off", on: url, psql: psql, conduct: { _ in PausedRelay.conduct }
                ) { run in
                    try await run.mutate("settle", replacing: " AND o.token = i.token", with: "")
                    try await PausedRelay.play(run)
                }
                #expect(findings.violations.contains { $0.rule == .newestLeaseSettles })
            }
        }
    }
}

private enum PausedRelay {
    /// First attempts succeed, so slowly that the relay is asleep before it hears of it. The next ones fail for a while,
    /// so that their deliveries are still open when it wakes up.
    static let conduct: MerchantConduct = { visit in
        switch visit.number {
        case 1: .answer(status: 200, result: 0, after: .milliseconds(600))
        case 2...4: .fail
        default: .accept
        }
    }

    static func play(_ run: FaultRun) async throws {
        let sleeper = try await run.fleet.start()
        let number = try await sleeper.number
        try await run.fleet.start()
        try await run.load.send(perSecond: 40) {
            try await run.eventually("the relay has many calls in flight") {
                try await run.count("SELECT count(*) FROM yizhan.outbox WHERE lease_owner = \(number)") >= 15
            }
            try sleeper.pause()
            run.record(.paused(relay: sleeper.name))
            let held = try await run.count("SELECT count(*) FROM yizhan.outbox WHERE lease_owner = \(number)")
            #expect(held > 0, "nothing was in flight on the paused relay: the run proves nothing")
            try await run.eventually("its deliveries are attempted by the other one") {
                run.merchant.deliveries(seenAtLeast: 2) >= held * 3 / 4
            }
            run.record(.resumed(relay: sleeper.name))
            try sleeper.resume()
        }
    }
}
