import Foundation
import NIOCore
import TestSupport
import Testing

/// One run of relays, platforms and a merchant on a database of its own, to do harm to.
struct FaultRun: Sendable {
    let seed: UInt64
    /// For libpq and `psql`.
    let database: String
    let psql: Psql
    let history: HistoryLog
    let merchant: FaultyMerchant
    /// Between all relays and the merchant.
    let merchantLink: FaultyLink
    let fleet: RelayFleet
    let load: LoadGenerator
    let `operator`: Operator

    /// The seed that was asked for, or any.
    static func chooseSeed() -> UInt64 {
        ProcessInfo.processInfo.environment["YIZHAN_TEST_SEED"].flatMap { UInt64($0) } ?? .random(in: 1..<1_000_000)
    }

    /// Runs `body`, waits until every delivery has ended, and checks what happened.
    ///
    /// - Parameters:
    ///   - database: empty.
    ///   - seed: of everything that is decided by chance.
    ///   - maxInFlight: of each endpoint and relay.
    ///   - patience: how long every delivery may take to end afterwards.
    ///   - conduct: the merchant's at first.
    ///   - again: the command that does the same again; nil: the current test's.
    static func check(
        _ name: String, on database: String, psql: Psql, seed: UInt64 = chooseSeed(), maxInFlight: Int = 32,
        patience: Duration = .seconds(60), conduct: (_ seed: UInt64) -> MerchantConduct = MerchantConducts.moody,
        again: String? = nil, _ body: (FaultRun) async throws -> Void
    ) async throws -> Findings {
        let again = again ?? "YIZHAN_TEST_SEED=\(seed) swift test --filter '\(testName)'"
        let history = HistoryLog()
        return try await FaultyMerchant.run(history: history, conduct: conduct(seed)) { merchant in
            let environment = [
                "DATABASE_URL": database, "YIZHAN_MASTER_KEY": RunConfiguration.masterKey,
                "YIZHAN_LISTEN": "127.0.0.1:0", "YIZHAN_ADMIN_LISTEN": "127.0.0.1:0",
            ]
            let link = try await FaultyLink.open(to: SocketAddress(ipAddress: "127.0.0.1", port: merchant.port))
            let configuration = RunConfiguration(merchantPort: link.port, maxInFlight: maxInFlight)
            let file = try await scratchDirectory().appending(path: "relay.yaml")
            try configuration.yaml.write(to: file, atomically: true, encoding: .utf8)
            try await YizhanBinary.run("migrate", environment: environment)
            try await YizhanBinary.run("apply", file.path, environment: environment)

            let fleet = try await RelayFleet(environment: environment)
            let run = FaultRun(
                seed: seed, database: database, psql: psql, history: history, merchant: merchant, merchantLink: link,
                fleet: fleet, load: LoadGenerator(fleet: fleet, history: history, seed: seed),
                operator: Operator(database: database, psql: psql, history: history))
            let findings: Findings
            do {
                try await body(run)
                try await run.settle(within: patience)
                findings = Findings(
                    name: name, seed: seed, history: history.history,
                    database: try await .take(from: database, with: psql), terms: RunConfiguration.terms,
                    troubles: try fleet.troubles, again: again)
            } catch {
                print("\(name): seed \(seed)\n\(try fleet.troubles.joined(separator: "\n"))\nagain: \(again)")
                try await fleet.end()
                try await link.close()
                throw error
            }
            try await fleet.end()
            try await link.close()
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
        try await TestSupport.eventually(
            within: limit, pause: .milliseconds(200), what, sourceLocation: sourceLocation, condition)
    }

    /// Waits until so many more deliveries have come to the merchant.
    func waitForDeliveries(_ count: Int, within limit: Duration = .seconds(20)) async throws {
        let seen = merchant.deliveries(seenAtLeast: 1)
        try await eventually(within: limit, "\(count) deliveries arrive") {
            merchant.deliveries(seenAtLeast: 1) >= seen + count
        }
    }

    /// The relays', and whoever else's there is.
    func endSessions() async throws {
        record(.sessionsEnded)
        _ = try await count(
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """)
    }

    private static var testName: String {
        Test.current.map { String($0.name.prefix { $0 != "(" }) } ?? "ReliabilityTests"
    }

    /// Waits until nothing is left in the outbox. What is left then is for the findings to tell.
    private func settle(within patience: Duration) async throws {
        let deadline = ContinuousClock.now + patience
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
