/// An event as its platform knows it, whatever the relays make of it.
struct EventName: Hashable, Sendable, CustomStringConvertible {
    let app: String
    let order: String
    /// Tells the events of one order apart; empty where the platform has one event per order.
    var part = ""

    var description: String {
        part.isEmpty ? "\(app)/\(order)" : "\(app)/\(order)/\(part)"
    }
}
