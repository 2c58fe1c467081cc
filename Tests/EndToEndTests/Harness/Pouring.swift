import Foundation
import Synchronization
import TestSupport
import Testing

/// Calls that go on without a pause, to whichever relay they are told to.
final class Pouring: Sendable {
    private struct State {
        var platform: PlatformCaller
        /// Grows each time the calls go elsewhere.
        var generation = 0
        var seen: [Int]
        var answered = 0
        var problems: [String] = []
        var hasEnded = false
    }

    private let state: Mutex<State>

    /// Runs `body` while so many callers call, and returns how many calls were answered and which were not as they
    /// should.
    static func calls(
        to platform: PlatformCaller, callers: Int = 4, while body: (Pouring) async throws -> Void
    ) async throws -> (answered: Int, problems: [String]) {
        let pouring = Pouring(platform, callers: callers)
        try await withThrowingTaskGroup { group in
            for caller in 0..<callers { group.addTask { await pouring.call(as: caller) } }
            defer { pouring.state.withLock { $0.hasEnded = true } }
            try await body(pouring)
        }
        return pouring.state.withLock { ($0.answered, $0.problems) }
    }

    private init(_ platform: PlatformCaller, callers: Int) {
        state = Mutex(State(platform: platform, seen: Array(repeating: 0, count: callers)))
    }

    /// Returns once nobody calls the relay from before any more.
    func move(to platform: PlatformCaller) async throws {
        let generation = state.withLock { state in
            state.platform = platform
            state.generation += 1
            return state.generation
        }
        try await eventually(within: .seconds(30), "all calls go elsewhere") {
            state.withLock { $0.seen.allSatisfy { $0 >= generation } }
        }
    }

    /// Returns once so many more calls have been answered.
    func waitForCalls(_ count: Int) async throws {
        let goal = state.withLock { $0.answered } + count
        try await eventually(within: .seconds(60), "\(count) more calls are answered") {
            state.withLock { $0.answered } >= goal
        }
    }

    private func call(as caller: Int) async {
        var number = 0
        while true {
            let platform = state.withLock { state -> PlatformCaller? in
                state.seen[caller] = state.generation
                return state.hasEnded ? nil : state.platform
            }
            guard let platform else { return }
            number += 1
            let problem: String?
            do {
                let reply = try await platform.issue("poured-\(caller)-\(number)", ["phone": "13800138000"])
                problem = reply.status == 200 && reply.result == 0 ? nil : "\(reply.status) \(reply.text)"
            } catch {
                problem = "\(error)"
            }
            state.withLock { state in
                state.answered += 1
                if let problem { state.problems.append(problem) }
            }
        }
    }
}
