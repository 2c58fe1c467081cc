import PostgreSQL
import RelayCore

/// A delivery that is not made any more.
struct CancelledDelivery: Hashable, Sendable {
    let event: EventID
    let orderNo: String
    let endpoint: String
    /// The merchant may have got it, or may get it at this moment.
    let wasInFlight: Bool

    /// All of an order that are open.
    static func cancel(
        orderNo: String, app: String?, reason: String?, in pool: PostgresPool
    ) async throws(PostgresError) -> [CancelledDelivery] {
        let rows = try await pool.query(
            "SELECT c.event_id, c.order_no, c.endpoint, c.was_in_flight FROM yizhan.cancel($1, $2, $3) AS c",
            [.text(orderNo), .text(app), .text(reason)])
        var deliveries: [CancelledDelivery] = []
        for row in rows {
            deliveries.append(
                CancelledDelivery(
                    event: EventID(bits: try row.uuid(0)), orderNo: try row.text(1), endpoint: try row.text(2),
                    wasInFlight: try row.bool(3)))
        }
        return deliveries
    }

    static func lines(_ deliveries: [CancelledDelivery], _ colours: Colours) -> [String] {
        TextTable.lines(
            [["endpoint", "event", "was"]]
                + deliveries.map { delivery in
                    [
                        TableCell(delivery.endpoint.printable), "\(delivery.event)",
                        delivery.wasInFlight
                            ? TableCell("in flight: the merchant may have it already", .caution) : "waiting",
                    ]
                }, colours)
    }

    var json: JSON {
        [
            "event_id": "\(event)", "order_no": .string(orderNo), "endpoint": .string(endpoint),
            "was_in_flight": .bool(wasInFlight),
        ]
    }
}
