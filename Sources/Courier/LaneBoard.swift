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

    /// Lanes of endpoints that are gone end; what is in flight on them ends by itself.
    func configure(_ endpoints: some Sequence<Endpoint>) {
        let now = ContinuousClock.now
        lanes.withLock { lanes in
            var configured: [EndpointID: LaneState] = [:]
            for endpoint in endpoints {
                var lane = lanes[endpoint.id] ?? LaneState(endpoint, settleTime: Self.settleTime, at: now)
                lane.configure(endpoint, settleTime: Self.settleTime, at: now)
                configured[endpoint.id] = lane
            }
            lanes = configured
        }
        wake.raise()
    }

    func pause(_ endpoint: EndpointID) {
        lanes.withLock { $0[endpoint]?.pause() }
    }

    func takeSlot(of endpoint: EndpointID) -> LaneSlot? {
        let now = ContinuousClock.now
        return lanes.withLock { $0[endpoint]?.takeSlot(at: now) }
    }

    func giveBack(_ slot: LaneSlot, isWanted: Bool) {
        change(slot) { $0.giveBack(isWanted: isWanted) }
    }

    func free(_ slot: LaneSlot) {
        change(slot) { $0.free() }
    }

    private func change(_ slot: LaneSlot, _ change: (inout LaneState) -> Void) {
        let isClaimable = lanes.withLock { lanes -> Bool in
            guard var lane = lanes[slot.endpoint] else { return false }
            change(&lane)
            lanes[slot.endpoint] = lane
            return lane.hasBacklog
        }
        if isClaimable { wake.raise() }
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
}
