import RelayCore
import Synchronization

/// The lanes of all endpoints.
final class LaneBoard: Sendable {
    /// What a lease has beyond the call's own time: for waiting in memory before, and for the settling after it.
    static let settleTime = Duration.seconds(5)

    private let lanes = Mutex<[EndpointID: LaneState]>([:])
    private let wake: Signal

    /// - Parameter wake: raised when a slot is free that deliveries in the outbox wait for.
    init(wake: Signal) {
        self.wake = wake
    }

    /// A lane whose endpoint is gone stays until it is empty, and takes nothing more.
    ///
    /// Returns the deliveries whose calls may begin under a higher limit.
    func configure(_ endpoints: some Sequence<Endpoint>) -> [LeasedDelivery] {
        let now = ContinuousClock.now
        let turns = lanes.withLock { lanes -> [LeasedDelivery] in
            var gone = lanes
            var turns: [LeasedDelivery] = []
            for endpoint in endpoints {
                gone[endpoint.id] = nil
                lanes[endpoint.id, default: LaneState(endpoint, settleTime: Self.settleTime, at: now)]
                    .configure(endpoint, settleTime: Self.settleTime, at: now)
                turns += lanes[endpoint.id]?.takeTurns() ?? []
            }
            for (endpoint, lane) in gone {
                lanes[endpoint]?.pause()
                if lane.held == 0 { lanes[endpoint] = nil }
            }
            return turns
        }
        wake.raise()
        return turns
    }

    func pause(_ endpoint: EndpointID) {
        lanes.withLock { $0[endpoint]?.pause() }
    }

    /// Whether the endpoint is not called now: it is paused, its breaker is open, or it is gone.
    func isBlocked(_ endpoint: EndpointID) -> Bool {
        lanes.withLock { $0[endpoint]?.isBlocked ?? true }
    }

    /// Whose breakers are open.
    var broken: [EndpointID] {
        lanes.withLock { lanes in lanes.keys.filter { lanes[$0]?.isBroken ?? false } }
    }

    /// Nil where it changes nothing.
    func note(
        _ word: Breaker.Word, of endpoint: EndpointID
    ) -> (transition: Breaker.Transition, waiting: ArraySlice<LeasedDelivery>)? {
        lanes.withLock { $0[endpoint]?.note(word, at: .now, jitter: .random(in: 0..<1)) }
    }

    var callsInFlight: [EndpointID: Int] {
        lanes.withLock { $0.mapValues(\.running) }
    }

    func takeSlot(of endpoint: EndpointID) -> LaneSlot? {
        let now = ContinuousClock.now
        return lanes.withLock { $0[endpoint]?.takeSlot(at: now) }
    }

    func giveBack(_ slot: LaneSlot, isWanted: Bool) {
        change(slot.endpoint) { $0.giveBack(isWanted: isWanted) }
    }

    /// What came of a delivery is written. `unblocks`: another one waits in the outbox for it.
    func release(_ endpoint: EndpointID, wasCalled: Bool, unblocks: Bool) {
        change(endpoint) { $0.release(wasCalled: wasCalled, unblocks: unblocks) }
    }

    /// Whether the delivery's call may begin now; otherwise its turn comes with `endCall` or `configure`.
    func beginCall(_ delivery: LeasedDelivery) -> Bool {
        lanes.withLock { $0[delivery.key.endpoint]?.beginCall(delivery) ?? true }
    }

    /// Returns the deliveries whose turn it is now.
    func endCall(of endpoint: EndpointID) -> ArraySlice<LeasedDelivery> {
        lanes.withLock { lanes in
            lanes[endpoint]?.endCall()
            return lanes[endpoint]?.takeTurns() ?? []
        }
    }

    func takeOpenings() -> [LaneOpening] {
        let now = ContinuousClock.now
        return lanes.withLock { lanes in
            lanes.keys.compactMap { lanes[$0]?.takeOpening(at: now) }
        }
    }

    func close(_ opening: LaneOpening, used: Int) {
        lanes.withLock { $0[opening.slot.endpoint]?.close(opening, used: used) }
    }

    private func change(_ endpoint: EndpointID, _ change: (inout LaneState) -> Void) {
        let isClaimable = lanes.withLock { lanes -> Bool in
            guard var lane = lanes.removeValue(forKey: endpoint) else { return false }
            change(&lane)
            lanes[endpoint] = lane
            return lane.hasBacklog
        }
        if isClaimable { wake.raise() }
    }
}
