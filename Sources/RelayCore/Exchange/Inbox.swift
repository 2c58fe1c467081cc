/// Takes verified events into the outbox.
package protocol Inbox: Sendable {
    /// Calls `done` once the event is committed, or was known before: once, on any thread, which it must not hold up.
    func accept(_ submission: Submission, _ done: @escaping @Sendable (Result<Acceptance, InboxError>) -> Void)

    /// Whether more comes than can be stored in time. Asked before a call's body is read, to turn it away at little cost.
    var isOverloaded: Bool { get }
}

extension Inbox {
    /// Returns once the event is committed, or was known before. Cancelling the caller does not take it back.
    package func accept(_ submission: Submission) async throws(InboxError) -> Acceptance {
        let result = await withCheckedContinuation { caller in
            accept(submission) { caller.resume(returning: $0) }
        }
        return try result.get()
    }
}

/// An event on its way into the outbox.
///
/// A single reference: it goes through many hands.
package final class Submission: Sendable {
    package let id: EventID
    package let app: AppID
    package let arrival: Arrival
    /// Whose answer the platform gets.
    package let replyEndpoint: EndpointID
    /// At least one.
    package let deliveries: [PlannedDelivery]

    package init(
        id: EventID, app: AppID, arrival: Arrival, replyEndpoint: EndpointID, deliveries: [PlannedDelivery]
    ) {
        self.id = id
        self.app = app
        self.arrival = arrival
        self.replyEndpoint = replyEndpoint
        self.deliveries = deliveries
    }
}

/// A delivery that is to be put into the outbox together with its event.
package struct PlannedDelivery: Sendable {
    package let endpoint: EndpointID
    /// The slot that was taken for its first attempt; nil has it wait for the claimer.
    package let slot: LaneSlot?
    package let isOrdered: Bool

    package init(endpoint: EndpointID, slot: LaneSlot?, isOrdered: Bool) {
        self.endpoint = endpoint
        self.slot = slot
        self.isOrdered = isOrdered
    }
}

package enum Acceptance: Sendable {
    /// Committed just now. `isHeldHere`: this relay attempts the delivery that answers the platform.
    case stored(isHeldHere: Bool)
    case known(KnownEvent)
}

/// What the outbox knows of an event that is sent again.
package struct KnownEvent: Sendable {
    /// The delivery whose outcome answers the platform.
    package let reply: DeliveryKey
    /// Whether the business fields are the same as the first time.
    package let hasSameContent: Bool
    /// Nil while the delivery is open.
    package let outcome: Outcome?

    package init(reply: DeliveryKey, hasSameContent: Bool, outcome: Outcome?) {
        self.reply = reply
        self.hasSameContent = hasSameContent
        self.outcome = outcome
    }
}

package enum InboxError: Error, Equatable {
    /// Too much is waiting to be stored. Nothing was stored.
    case full
    /// The database is away. Nothing was stored.
    case unavailable
    /// The commit's answer was lost: the event may be stored or not. Sending it again settles it.
    case unknown
}
