/// How long what is settled is kept, counted from when its event came; nil for ever.
package struct Retention: Hashable, Sendable {
    /// With an event goes its idempotency: its order is new if it comes again.
    package var events: Duration?
    package var attempts: Duration?

    package init(events: Duration? = nil, attempts: Duration? = nil) {
        self.events = events
        self.attempts = attempts
    }
}
