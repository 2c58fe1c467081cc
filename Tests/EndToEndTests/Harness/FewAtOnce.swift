import Synchronization
import Testing

/// Keeps most of the tests waiting: each runs processes and a database, and all at once nothing would be in time.
struct FewAtOnce: SuiteTrait, TestTrait, TestScoping {
    private static let turnstile = Turnstile(places: 6)

    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        // A suite, and a test as a whole, hold no place that their own cases wait for.
        guard testCase != nil else { return try await function() }
        try await Self.turnstile.pass(function)
    }
}

extension Trait where Self == FewAtOnce {
    static var fewAtOnce: FewAtOnce { FewAtOnce() }
}

private final class Turnstile: Sendable {
    private struct State {
        var freePlaces: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(places: Int) {
        state = Mutex(State(freePlaces: places))
    }

    func pass(_ body: () async throws -> Void) async throws {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.freePlaces > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.freePlaces -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
        defer { leave() }
        try await body()
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.freePlaces += 1
            return nil
        }
        next?.resume()
    }
}
