import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A restored database is an older one: what `docs/backup.md` says of the orders in it.
@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct RestoreTests {
    @Test func whatWentOutAfterTheRestorePointGoesOutAgainUnderItsIDAndWhatCameAfterItIsNew() async throws {
        var impatient = RelayFile()
        impatient.wait = "100ms"
        let file = impatient
        try await withStoppableCluster { cluster in
            try await RelayFixture.with(relays: 0, file, on: cluster) { fixture in
                let merchant = fixture.merchant
                try await run(fixture) { platform in
                    #expect(try await platform.issue("settled-before").result == 0)
                    try await merchant.waitForCalls(of: "settled-before")
                    try await fixture.waitForState("delivered", of: "settled-before")
                }
                // While no relay runs: one that hears of the pause a moment later could deliver meanwhile.
                try await fixture.sql("SELECT yizhan.pause('erp', 'held back')")
                try await run(fixture) { platform in
                    let answer = try await platform.issue("open-then")
                    #expect(answer.result == 0)
                }
                let saved = try await save(cluster)

                try await fixture.sql("SELECT yizhan.resume('erp')")
                try await run(fixture) { platform in
                    try await fixture.waitForState("delivered", of: "open-then")
                    #expect(try await platform.issue("accepted-after").result == 0)
                    try await fixture.waitForState("delivered", of: "accepted-after")
                }
                try await restore(saved, to: cluster)

                try await run(fixture) { platform in
                    #expect(try await fixture.sql("SELECT order_no FROM yizhan.unsettled WHERE paused") == "open-then")
                    try await fixture.sql("SELECT yizhan.resume('erp')")
                    try await fixture.waitForState("delivered", of: "open-then")
                    #expect(try await platform.issue("accepted-after").result == 0)
                    try await fixture.waitForState("delivered", of: "accepted-after")
                }
                #expect(ids(of: "settled-before", at: merchant).count == 1)
                let again = ids(of: "open-then", at: merchant)
                #expect(again.count == 2 && Set(again).count == 1)
                let anew = ids(of: "accepted-after", at: merchant)
                #expect(anew.count == 2 && Set(anew).count == 2)
                #expect(try await fixture.sql("SELECT sum(difference) FROM yizhan.reconciliation") == "0")
            }
        }
    }

    private func ids(of orderNo: String, at merchant: RecordingMerchant) -> [String?] {
        merchant.calls(of: orderNo).map { $0.headers["webhook-id"] }
    }

    /// One relay for as long as `body` runs, stopped as an operator stops it.
    private func run(_ fixture: RelayFixture, _ body: (PlatformCaller) async throws -> Void) async throws {
        let relay = try await fixture.startRelay()
        try await body(PlatformCaller(port: relay.platformPort))
        relay.send(signal: SIGTERM)
        #expect(try await relay.end() == .exit(0))
    }

    /// A base backup of a server that stands still.
    private func save(_ cluster: StoppableCluster) async throws -> String {
        let saved = cluster.directory.appending("saved").string
        try await cluster.stop()
        try await copy(data(cluster), to: saved)
        try await cluster.start()
        return saved
    }

    private func restore(_ saved: String, to cluster: StoppableCluster) async throws {
        try await cluster.stop()
        try FileManager.default.removeItem(atPath: data(cluster))
        try await copy(saved, to: data(cluster))
        try await cluster.start()
    }

    private func data(_ cluster: StoppableCluster) -> String {
        cluster.directory.appending("postgresql").string
    }

    /// With owners and permissions, which PostgreSQL is particular about.
    private func copy(_ folder: String, to copy: String) async throws {
        let ended = try await Subprocess.run(
            .name("cp"), arguments: ["--archive", folder, copy], output: .discarded, error: .string(limit: 1 << 16))
        try #require(ended.terminationStatus.isSuccess, "\(ended.standardError)")
    }
}
