import RelayCore
import Synchronization

/// The lanes of all endpoints.
final class LaneBoard: Sendable {
    /// What a lease has beyond the call's own time: for waiting in memory before, and for the settling after it.
    static let settleTime = Duration.seconds(5)

    private struct State {
        var lanes: [EndpointID: LaneState] = [:]
        var memory: LaneMemory
    }

    private let state: Mutex<State>
    private let wake: Signal

    /// - Parameters:
    ///   - memory: for the deliveries of all lanes, in bytes.
    ///   - wake: raised when a slot is free that deliveries in the outbox wait for.
    init(memory: Int, wake: Signal) {
        self.state = Mutex(State(memory: LaneMemory(limit: memory)))
        self.wake = wake
    }

    /// A lane whose endpoint is gone stays until it is empty, and takes nothing more.
    ///
    /// Returns the deliveries whose calls may begin under a higher limit.
    func configure(_ endpoints: some Sequence<Endpoint>) -> [LeasedDelivery] {
        let now = ContinuousClock.now
        let turns = state.withLock { state -> [LeasedDelivery] in
            var gone = state.lanes
            var turns: [LeasedDelivery] = []
            for endpoint in endpoints {
                gone[endpoint.id] = nil
                if let lane = state.lanes[endpoint.id] {
                    lane.configure(endpoint, settleTime: Self.settleTime, at: now)
                    turns += lane.takeTurns()
                } else {
                    state.lanes[endpoint.id] = LaneState(endpoint, settleTime: Self.settleTime, at: now)
                }
            }
            for (endpoint, lane) in gone {
                lane.pause()
                if lane.held == 0 { state.lanes[endpoint] = nil }
            }
            return turns
        }
        wake.raise()
        return turns
    }

    func pause(_ endpoint: EndpointID) {
        state.withLock { $0.lanes[endpoint]?.pause() }
    }

    /// Whether the endpoint is not called now: it is paused, its breaker is open, or it is gone.
    func isBlocked(_ endpoint: EndpointID) -> Bool {
        state.withLock { $0.lanes[endpoint]?.isBlocked ?? true }
    }

    /// Whose breakers are open.
    var broken: [EndpointID] {
        state.withLock { state in state.lanes.filter { $0.value.isBroken }.map(\.key) }
    }

    /// Nil where it changes nothing.
    func note(
        _ word: Breaker.Word, of endpoint: EndpointID
    ) -> (transition: Breaker.Transition, waiting: ArraySlice<LeasedDelivery>)? {
        state.withLock { $0.lanes[endpoint]?.note(word, at: .now, jitter: .random(in: 0..<1)) }
    }

    var callsInFlight: [EndpointID: Int] {
        state.withLock { $0.lanes.mapValues(\.running) }
    }

    /// Bytes of the deliveries that the lanes hold.
    var heldBytes: Int {
        state.withLock { $0.memory.used }
    }

    func takeSlot(of endpoint: EndpointID, weight: Int) -> LaneSlot? {
        let now = ContinuousClock.now
        return state.withLock { state in
            let hasRoom = state.memory.room(of: endpoint, weight: weight) > 0
            guard let slot = state.lanes[endpoint]?.takeSlot(at: now, hasRoom: hasRoom) else { return nil }
            state.memory.take(weight, for: endpoint)
            return LaneSlot(endpoint: slot.endpoint, lease: slot.lease, weight: weight)
        }
    }

    func giveBack(_ slot: LaneSlot, isWanted: Bool) {
        change(slot.endpoint, givingBack: slot.weight) { $0.giveBack(isWanted: isWanted) }
    }

    /// What came of a delivery is written. `unblocks`: another one waits in the outbox for it.
    func release(_ delivery: LeasedDelivery, wasCalled: Bool, unblocks: Bool) {
        change(delivery.key.endpoint, givingBack: delivery.event.weight) {
            $0.release(wasCalled: wasCalled, unblocks: unblocks)
        }
    }

    /// Whether the delivery's call may begin now; otherwise its turn comes with `endCall` or `configure`.
    func beginCall(_ delivery: LeasedDelivery, in slot: LaneSlot) -> Bool {
        let endpoint = delivery.key.endpoint
        return state.withLock { state in
            state.memory.giveBack(slot.weight, of: endpoint)
            state.memory.take(delivery.event.weight, for: endpoint)
            return state.lanes[endpoint]?.beginCall(delivery) ?? true
        }
    }

    /// Returns the deliveries whose turn it is now.
    func endCall(of endpoint: EndpointID) -> ArraySlice<LeasedDelivery> {
        state.withLock { state in
            guard let lane = state.lanes[endpoint] else { return [] }
            lane.endCall()
            return lane.takeTurns()
        }
    }

    /// Lanes that hold little come first: where memory is short, the others wait.
    func takeOpenings() -> [LaneOpening] {
        let now = ContinuousClock.now
        return state.withLock { state in
            let lanes = state.lanes.sorted { $0.value.held < $1.value.held }
            return lanes.compactMap { endpoint, lane in
                let room = state.memory.room(of: endpoint, weight: Event.maximumWeight)
                guard let opening = lane.takeOpening(at: now, room: room) else { return nil }
                state.memory.take(opening.count * opening.slot.weight, for: endpoint)
                return opening
            }
        }
    }

    func close(_ opening: LaneOpening, used: Int) {
        state.withLock { state in
            let endpoint = opening.slot.endpoint
            state.memory.giveBack((opening.count - used) * opening.slot.weight, of: endpoint)
            state.lanes[endpoint]?.close(opening, used: used)
        }
    }

    private func change(_ endpoint: EndpointID, givingBack bytes: Int, _ change: (LaneState) -> Void) {
        let isClaimable = state.withLock { state -> Bool in
            state.memory.giveBack(bytes, of: endpoint)
            guard let lane = state.lanes[endpoint] else { return false }
            change(lane)
            return lane.isClaimable
        }
        if isClaimable { wake.raise() }
    }
}
