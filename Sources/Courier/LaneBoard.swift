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
    func configure(_ endpoints: some Sequence<Endpoint>) {
        let now = ContinuousClock.now
        lanes.withLock { lanes in
            var gone = lanes
            for endpoint in endpoints {
                gone[endpoint.id] = nil
                lanes[endpoint.id, default: LaneState(endpoint, settleTime: Self.settleTime, at: now)]
                    .configure(endpoint, settleTime: Self.settleTime, at: now)
            }
            for (endpoint, lane) in gone {
                lanes[endpoint]?.pause()
                if lane.held == 0 { lanes[endpoint] = nil }
            }
        }
        wake.raise()
    }

    func pause(_ endpoint: EndpointID) {
        lanes.withLock { $0[endpoint]?.pause() }
    }

    func isPaused(_ endpoint: EndpointID) -> Bool {
        lanes.withLock { $0[endpoint]?.isPaused ?? true }
    }

    func takeSlot(of endpoint: EndpointID) -> LaneSlot? {
        let now = ContinuousClock.now
        return lanes.withLock { $0[endpoint]?.takeSlot(at: now) }
    }

    func giveBack(_ slot: LaneSlot, isWanted: Bool) {
        change(slot) { $0.giveBack(isWanted: isWanted) }
    }

    func release(_ slot: LaneSlot) {
        change(slot) { $0.release() }
    }

    /// Whether the delivery's call may begin now; otherwise its turn comes with `nextCall`.
    func beginCall(_ delivery: LeasedDelivery) -> Bool {
        lanes.withLock { $0[delivery.key.endpoint]?.beginCall(delivery) ?? true }
    }

    /// A call has ended: returns the delivery whose turn it is.
    func nextCall(of endpoint: EndpointID) -> LeasedDelivery? {
        lanes.withLock { $0[endpoint]?.nextCall() }
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

    private func change(_ slot: LaneSlot, _ change: (inout LaneState) -> Void) {
        let isClaimable = lanes.withLock { lanes -> Bool in
            guard var lane = lanes.removeValue(forKey: slot.endpoint) else { return false }
            change(&lane)
            lanes[slot.endpoint] = lane
            return lane.hasBacklog
        }
        if isClaimable { wake.raise() }
    }
}
