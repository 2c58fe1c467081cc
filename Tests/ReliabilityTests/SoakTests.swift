import Foundation
import Glibc
import TestSupport
import Testing

/// How long a soak is to last; nil where nobody asked for one.
private let soakLength: Duration? =
    ProcessInfo.processInfo.environment["YIZHAN_SOAK_HOURS"].flatMap { Double($0) }.map { .seconds($0 * 3_600) }

/// For `make soak`: storm after storm, each on a database of its own, until the time is over or a promise is broken.
@Suite(.enabled(if: soakLength != nil)) struct SoakTests {
    /// Long enough that every fault comes several times, short enough for a violation to be looked into.
    private static let roundsOfStorm = 2

    @Test func stormAfterStormLosesNothingAndDoublesNothing() async throws {
        let end = ContinuousClock.now + (soakLength ?? .zero)
        var seed = FaultRun.chooseSeed()
        var number = 0
        var totals = RunTotals()
        repeat {
            number += 1
            let findings = try await storm("soak, storm \(number)", seed: seed)
            findings.expectAllWell()
            totals += findings.totals
            let left = max(.zero, ContinuousClock.now.duration(to: end))
            print("-- soak: \(Int(left / .seconds(60))) minutes left, so far \(totals)")
            // Now, and not when the buffer is full: it may go to a file that somebody watches.
            fflush(nil)
            guard findings.isAllWell else { return }
            seed += 1
        } while .now < end
    }

    private func storm(_ name: String, seed: UInt64) async throws -> Findings {
        try await withStoppableCluster { cluster in
            try await FaultRun.check(
                name, on: cluster.url, psql: cluster.psql, seed: seed, patience: .seconds(120),
                again: "YIZHAN_TEST_SEED=\(seed) make soak HOURS=0.01"
            ) { run in
                let relays = 2 + Int(seed % 2)
                let plan = StormPlan(seed: seed, relays: relays, rounds: Self.roundsOfStorm)
                try await Storm.rage(over: run, cluster, plan: plan, relays: relays, perSecond: 80)
            }
        }
    }
}
