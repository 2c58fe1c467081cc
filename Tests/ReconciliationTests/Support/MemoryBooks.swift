import RelayCore
import Synchronization

/// The books of one relay, in memory: what the reconciler asked of them.
final class MemoryBooks: OrderPolls, CallLedger {
    struct State {
        var polls: [AppID: LeasedOrderPoll] = [:]
        var isLeased: Set<AppID> = []
        var saved: [LeasedOrderPoll] = []
        var pauses: [Duration?] = []
        var completed: [AppID: Int] = [:]
        var calls = 0
        var isUsedUp = false
    }

    private let state = Mutex(State())

    var memory: State { state.withLock { $0 } }

    func lease(_ types: [Int], of app: AppID, every: Duration) async throws(InboxError) -> LeasedOrderPoll? {
        state.withLock { state in
            guard !state.isLeased.contains(app), state.completed[app] == nil,
                !state.pauses.contains(where: { $0 != nil })
            else { return nil }
            state.isLeased.insert(app)
            return state.polls[app]
                ?? LeasedOrderPoll(
                    app: app, orderType: types[0], token: 1, failures: 0, leasedAt: 1_732_240_000, coveredUntil: nil,
                    window: nil)
        }
    }

    func save(_ poll: LeasedOrderPoll) async throws(InboxError) -> Bool {
        state.withLock { state in
            state.polls[poll.app] = poll
            state.saved.append(poll)
            if poll.window == nil { state.completed[poll.app, default: 0] += 1 }
            return true
        }
    }

    func giveBack(_ poll: LeasedOrderPoll, pause: Duration?) async throws(InboxError) {
        state.withLock { state in
            state.isLeased.remove(poll.app)
            state.pauses.append(pause)
        }
    }

    func missing(_ arrivals: [Arrival], of app: AppID) async throws(InboxError) -> [Int] {
        Array(arrivals.indices)
    }

    func balance(of app: AppID, limit: Int?, orderTypes: [Int]) async throws(InboxError) -> CallBalance {
        CallBalance(callsLeft: memory.isUsedUp ? 0 : limit, resetsIn: .seconds(60), lag: nil)
    }

    func takeCall(of app: AppID, limit: Int?) async throws(InboxError) -> Bool {
        state.withLock { state in
            if !state.isUsedUp { state.calls += 1 }
            return !state.isUsedUp
        }
    }

    func useUp(_ app: AppID, limit: Int?) async throws(InboxError) {
        state.withLock { $0.isUsedUp = true }
    }

    func monthlyOrders(of app: AppID) async throws(InboxError) -> Int { 0 }
}
