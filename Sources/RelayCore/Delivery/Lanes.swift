/// Where deliveries are attempted: each endpoint is a lane with its own slots, so that none holds up another.
package protocol Lanes: Sendable {
    /// Takes a free slot of an endpoint, or none if there is none, or if older deliveries wait for it.
    ///
    /// - Parameter weight: of the delivery that is to go into it.
    func takeSlot(of endpoint: EndpointID, weight: Int) -> LaneSlot?

    /// Gives back a slot that was not used. `isWanted`: a delivery waits in the outbox for it.
    func giveBack(_ slot: LaneSlot, isWanted: Bool)

    /// Attempts a delivery in a slot, which is free again once the attempt is recorded. Does not wait.
    func begin(_ delivery: LeasedDelivery, in slot: LaneSlot)

    /// Takes the slots for which the outbox may have deliveries.
    func takeOpenings() -> [LaneOpening]

    /// What came of an opening: `used` of its slots hold deliveries now, the others are free again.
    func close(_ opening: LaneOpening, used: Int)
}

/// The right to one attempt at a time on an endpoint.
package struct LaneSlot: Hashable, Sendable {
    package let endpoint: EndpointID
    /// How long a lease must be, so that an attempt and its settling fit into it.
    package let lease: Duration
    /// What is set aside for its delivery, in bytes: as much as the largest takes while nobody knows which it will be.
    package let weight: Int

    package init(endpoint: EndpointID, lease: Duration, weight: Int = Event.maximumWeight) {
        self.endpoint = endpoint
        self.lease = lease
        self.weight = weight
    }
}

/// Slots of one endpoint, taken to be filled from the outbox.
package struct LaneOpening: Hashable, Sendable {
    package let slot: LaneSlot
    package let count: Int

    package init(slot: LaneSlot, count: Int) {
        self.slot = slot
        self.count = count
    }
}
