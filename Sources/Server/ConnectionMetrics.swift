import Metrics

/// The connections that the platforms' door turned away, or ended for what they did.
struct ConnectionMetrics: Sendable {
    let full = Self.counter("full")
    let addressFull = Self.counter("address_full")
    let slowHead = Self.counter("slow_head")
    let headTooLarge = Self.counter("head_too_large")
    let unreadAnswer = Self.counter("unread_answer")

    private static func counter(_ reason: String) -> Counter {
        Counter(label: "yizhan_turned_away_connections_total", dimensions: [("reason", reason)])
    }
}
