/// A way to merchants that is long for some calls and short for the next ones, which so overtake them.
enum UnevenLink {
    static func play(_ run: FaultRun) async throws {
        for _ in 0..<2 { try await run.fleet.start() }
        try await run.load.send(perSecond: 80) {
            for _ in 0..<10 {
                try await run.waitForDeliveries(10)
                try await run.merchantLink.harm(.delay(.milliseconds(250)))
                try await run.waitForDeliveries(10)
                try await run.merchantLink.heal()
            }
        }
    }
}
