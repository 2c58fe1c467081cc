import RelayCore

/// The memory for the deliveries that lanes hold, shared so that no lane takes it from the others. Pure.
///
/// A lane may hold as many bytes as are left free for all. One that hoards stops at half of the memory, two stop at a
/// third each, and so on: something is always left for who needs little. What does not fit waits in the outbox.
struct LaneMemory {
    /// In bytes. Beyond it goes one delivery of each lane, which may always have one.
    private let limit: Int
    private var held: [EndpointID: Int] = [:]
    private(set) var used = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// How many deliveries of that weight the lane may take.
    func room(of endpoint: EndpointID, weight: Int) -> Int {
        let own = held[endpoint] ?? 0
        let count = max(limit - used - own, 0) / (2 * max(weight, 1))
        return own == 0 ? max(count, 1) : count
    }

    mutating func take(_ bytes: Int, for endpoint: EndpointID) {
        used += bytes
        held[endpoint, default: 0] += bytes
    }

    mutating func giveBack(_ bytes: Int, of endpoint: EndpointID) {
        used -= bytes
        let left = (held[endpoint] ?? 0) - bytes
        held[endpoint] = left == 0 ? nil : left
    }
}
