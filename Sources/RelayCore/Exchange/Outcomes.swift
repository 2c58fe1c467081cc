/// Where a platform's call waits for the outcome of its delivery, whichever relay brings it about.
package protocol Outcomes: Sendable {
    /// Begins to listen for an outcome. Called before the delivery can be settled, so that none is missed.
    func expect(_ key: DeliveryKey) -> ExpectedOutcome

    /// Calls `done` with the outcome, or with nil once `deadline` has passed: once, on any thread, which it must not hold up.
    ///
    /// - Parameter isHeldHere: whether this relay attempts the delivery.
    func outcome(
        _ expected: ExpectedOutcome, isHeldHere: Bool, by deadline: ContinuousClock.Instant,
        _ done: @escaping @Sendable (Outcome?) -> Void)

    /// Ends the listening. Every `expect` needs one.
    func dismiss(_ expected: ExpectedOutcome)

    /// The platform asks again for what is `exhausted` or `expired`: puts the delivery back into the outbox, at most
    /// once a minute, and returns whether it is open now.
    func askAgain(_ key: DeliveryKey) async throws(InboxError) -> Bool
}

extension Outcomes {
    /// Nil once `deadline` has passed. `isHeldHere`: this relay attempts the delivery.
    package func outcome(
        _ expected: ExpectedOutcome, isHeldHere: Bool, by deadline: ContinuousClock.Instant
    ) async -> Outcome? {
        await withCheckedContinuation { caller in
            outcome(expected, isHeldHere: isHeldHere, by: deadline) { caller.resume(returning: $0) }
        }
    }
}

package struct ExpectedOutcome: Hashable, Sendable {
    package let key: DeliveryKey

    package init(key: DeliveryKey) {
        self.key = key
    }
}
