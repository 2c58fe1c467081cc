import RelayCore

/// Tells attempts' tokens: every lease has a span of its own, which its calls carry.
struct LeaseSpan {
    /// Far more than the tokens that one delivery gets in a run.
    private static let reach: Int64 = 32

    private let key: DeliveryKey
    private let trace: TraceContext

    /// Nil where the outcome's ids are not real ones.
    init?(_ outcome: DatabaseSnapshot.Outcome) {
        guard let bits = UInt128(outcome.eventID.filter { $0 != "-" }, radix: 16), outcome.endpointID > 0 else {
            return nil
        }
        let event = EventID(bits: bits)
        key = DeliveryKey(event: event, endpoint: EndpointID(outcome.endpointID))
        trace = TraceContext(begunFor: event)
    }

    /// Which token the attempt was made under; `guess` is looked at first. Nil where the span is none of the delivery's.
    func token(of attempt: SeenAttempt, guess: Int64) -> Int64? {
        if attempt.span == span(guess) { return guess }
        return (1...guess + Self.reach).first { attempt.span == span($0) }
    }

    func span(_ token: Int64) -> String {
        trace.traceparent(of: key, token: token)
    }
}
