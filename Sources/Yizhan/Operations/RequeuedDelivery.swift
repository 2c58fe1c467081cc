import PostgreSQL
import RelayCore

/// A delivery that goes out once more.
struct RequeuedDelivery: Hashable, Sendable {
    let event: EventID
    let orderNo: String
    let endpoint: String
    /// The outcome that it had; `open` or `in_flight` where it had none.
    let previousState: String

    /// All of an order, or those to one endpoint.
    static func requeue(
        orderNo: String, app: String?, endpoint: String?, in pool: PostgresPool
    ) async throws(PostgresError) -> [RequeuedDelivery] {
        let rows = try await pool.query(
            "SELECT r.event_id, r.order_no, r.endpoint, r.previous_state FROM yizhan.requeue($1, $2, $3) AS r",
            [.text(orderNo), .text(app), .text(endpoint)])
        var deliveries: [RequeuedDelivery] = []
        for row in rows {
            deliveries.append(
                RequeuedDelivery(
                    event: EventID(bits: try row.uuid(0)), orderNo: try row.text(1), endpoint: try row.text(2),
                    previousState: try row.text(3)))
        }
        return deliveries
    }

    static func lines(_ deliveries: [RequeuedDelivery]) -> [String] {
        TextTable.lines(
            [["endpoint", "was", "event"]]
                + deliveries.map { [$0.endpoint.printable, $0.previousState, "\($0.event)"] })
    }

    var json: JSON {
        [
            "event_id": "\(event)", "order_no": .string(orderNo), "endpoint": .string(endpoint),
            "previous_state": .string(previousState),
        ]
    }
}
