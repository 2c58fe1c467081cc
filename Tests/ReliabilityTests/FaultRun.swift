import Foundation
import TestSupport
import Testing

/// One run of relays, a platform and a merchant on a database of its own, to do harm to.
struct FaultRun: Sendable {
    let seed: UInt64
    /// For libpq and `psql`.
    let database: String
    let psql: Psql
    let history: HistoryLog
    let merchant: FaultyMerchant
    let fleet: RelayFleet
    let load: LoadGenerator

    /// Runs `body`, waits until every delivery has ended, and checks what happened.
    ///
    /// - Parameters:
    ///   - database: empty.
    ///   - maxInFlight: of each endpoint and relay.
    ///   - conduct: the merchant's at first.
    static func check(
        _ name: String, on database: String, psql: Psql, maxInFlight: Int = 32,
        conduct: (_ seed: UInt64) -> MerchantConduct = MerchantConducts.moody, _ body: (FaultRun) async throws -> Void
    ) async throws -> Findings {
        let wanted = ProcessInfo.processInfo.environment["YIZHAN_TEST_SEED"].flatMap { UInt64($0) }
        let seed = wanted ?? .random(in: 1..<1_000_000)
        let history = HistoryLog()
        return try await FaultyMerchant.run(history: history, conduct: conduct(seed)) { merchant in
            let environment = [
                "DATABASE_URL": database, "YIZHAN_MASTER_KEY": RunConfiguration.masterKey,
                "YIZHAN_LISTEN": "127.0.0.1:0", "YIZHAN_ADMIN_LISTEN": "127.0.0.1:0",
            ]
            let configuration = RunConfiguration(merchantPort: merchant.port, maxInFlight: maxInFlight)
            let file = try await scratchDirectory().appending(path: "relay.yaml")
            try configuration.yaml.write(to: file, atomically: true, encoding: .utf8)
            try await YizhanBinary.run("migrate", environment: environment)
            try await YizhanBinary.run("apply", file.path, environment: environment)

            let fleet = try await RelayFleet(environment: environment)
            let load = LoadGenerator(app: RunConfiguration.app, fleet: fleet, history: history, seed: seed)
            let run = FaultRun(
                seed: seed, database: database, psql: psql, history: history, merchant: merchant, fleet: fleet,
                load: load)
            let findings: Findings
            do {
                try await body(run)
                try await run.settle()
                findings = Findings(
                    name: name, seed: seed, history: history.history,
                    database: try await .take(from: database, with: psql), terms: RunConfiguration.terms,
                    troubles: try fleet.troubles)
            } catch {
                print("\(name): seed \(seed)\n\(try fleet.troubles.joined(separator: "\n"))")
                try await fleet.end()
                throw error
            }
            try await fleet.end()
            print(findings.totals)
            return findings
        }
    }

    func record(_ fault: Fault) {
        history.record(.fault(fault))
    }

    /// What one number in the database is now.
    func count(_ query: String) async throws -> Int {
        Int(try await psql(query, on: database)) ?? 0
    }

    /// Waits until a condition holds, which is asked five times a second: each asking is a process of its own.
    func eventually(
        within limit: Duration = .seconds(20), _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () async throws -> Bool
    ) async throws {
        try await TestSupport.eventually(within: limit, what, sourceLocation: sourceLocation) {
            if try await condition() { return true }
            try await ContinuousClock().sleep(for: .milliseconds(180))
            return false
        }
    }

    /// Waits until nothing is left in the outbox. What is left after a minute is for the findings to tell.
    private func settle() async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await count("SELECT count(*) FROM yizhan.outbox") > 0, .now < deadline {
            try await ContinuousClock().sleep(for: .milliseconds(250))
        }
    }
}

/// A database of the test run's own cluster.
func withRunDatabase<Result>(_ body: (_ url: String, Psql) async throws -> Result) async throws -> Result {
    let cluster = try await TestCluster.shared()
    return try await cluster.withDatabase { url in try await body(url, cluster.psql) }
}
