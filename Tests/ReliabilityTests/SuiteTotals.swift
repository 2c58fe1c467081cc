import Glibc
import Synchronization

/// What all runs of this process come to, printed when it ends: the test library has no moment after the last test.
enum SuiteTotals {
    private struct State {
        var runs = 0
        var totals = RunTotals()
        var mutants: [(name: String, caughtBy: String?)] = []
    }

    private static let state = Mutex(State())
    private static let atExit: Void = {
        _ = atexit { SuiteTotals.printAll() }
    }()

    static func add(_ totals: RunTotals) {
        _ = atExit
        state.withLock { state in
            state.runs += 1
            state.totals += totals
        }
    }

    /// - Parameter rule: nil if nothing caught it.
    static func add(mutant name: String, caughtBy rule: String?) {
        _ = atExit
        state.withLock { $0.mutants.append((name, rule)) }
    }

    private static func printAll() {
        let (runs, totals, mutants) = state.withLock { ($0.runs, $0.totals, $0.mutants) }
        print("== Faults: \(runs) runs, \(totals)")
        print("== Mutants: \(mutants.count { $0.caughtBy != nil }) of \(mutants.count) caught")
        for (name, rule) in mutants { print("   \(name): \(rule.map { "caught: \($0)" } ?? "NOT CAUGHT")") }
    }
}
