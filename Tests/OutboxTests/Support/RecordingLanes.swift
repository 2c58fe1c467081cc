import RelayCore
import Synchronization

/// Lanes that attempt nothing, and remember what they were told.
final class RecordingLanes: Lanes {
    struct Memory {
        var begun: [LeasedDelivery] = []
        var givenBack: [(slot: LaneSlot, isWanted: Bool)] = []
        var closed: [(opening: LaneOpening, used: Int)] = []
        /// What the next opening takes.
        var free: [LaneSlot: Int] = [:]
    }

    private let state = Mutex(Memory())

    var memory: Memory { state.withLock { $0 } }

    func setFree(_ count: Int, of slot: LaneSlot) {
        state.withLock { $0.free[slot] = count }
    }

    func takeSlot(of endpoint: EndpointID, weight: Int) -> LaneSlot? { nil }

    func giveBack(_ slot: LaneSlot, isWanted: Bool) {
        state.withLock { $0.givenBack.append((slot, isWanted)) }
    }

    func begin(_ delivery: LeasedDelivery, in slot: LaneSlot) {
        state.withLock { $0.begun.append(delivery) }
    }

    func takeOpenings() -> [LaneOpening] {
        state.withLock { state in
            defer { state.free = [:] }
            return state.free.filter { $0.value > 0 }.map { LaneOpening(slot: $0.key, count: $0.value) }
        }
    }

    func close(_ opening: LaneOpening, used: Int) {
        state.withLock { state in
            state.closed.append((opening, used))
            if used < opening.count { state.free[opening.slot] = opening.count - used }
        }
    }
}
