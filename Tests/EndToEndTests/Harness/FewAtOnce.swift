import Synchronization
import Testing

/// Keeps most of the tests waiting: each runs processes and a database, and all at once nothing would be in time. A test's
/// time limit counts the waiting, too, and is for tests that hang.
struct FewAtOnce: SuiteTrait, TestTrait, TestScoping {
    private static let places = 6
    private static let turnstile = Turnstile(places: places)

    fileprivate let isAlone: Bool

    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        // A suite, and a test as a whole, hold no place that their own cases wait for.
        guard testCase != nil else { return try await function() }
        try await Self.turnstile.pass(taking: isAlone ? Self.places : 1, function)
    }
}

extension Trait where Self == FewAtOnce {
    static var fewAtOnce: FewAtOnce { FewAtOnce(isAlone: false) }
    /// Beside no other test: for what loads the machine, and measures it.
    static var alone: FewAtOnce { FewAtOnce(isAlone: true) }
}

private final class Turnstile: Sendable {
    private struct State {
        var freePlaces: Int
        /// The longest waiting first; nobody overtakes, so that whoever wants many places gets them.
        var waiting: ArraySlice<(places: Int, continuation: CheckedContinuation<Void, Never>)> = []

        mutating func admit() -> [CheckedContinuation<Void, Never>] {
            var admitted: [CheckedContinuation<Void, Never>] = []
            while let next = waiting.first, next.places <= freePlaces {
                freePlaces -= next.places
                admitted.append(next.continuation)
                waiting.removeFirst()
            }
            return admitted
        }
    }

    private let state: Mutex<State>

    init(places: Int) {
        state = Mutex(State(freePlaces: places))
    }

    func pass(taking places: Int, _ body: () async throws -> Void) async throws {
        await withCheckedContinuation { continuation in
            change { $0.waiting.append((places, continuation)) }
        }
        defer { change { $0.freePlaces += places } }
        try await body()
    }

    private func change(_ change: (inout State) -> Void) {
        let admitted = state.withLock { state in
            change(&state)
            return state.admit()
        }
        for continuation in admitted { continuation.resume() }
    }
}
