import Crypto
package import PostgreSQL
package import RelayCore

/// Looks for what operators want to be told, and puts it into the outbox like any other event. What an event was stored for
/// is not told again, whichever relay looks.
package struct RaiseAlerts: Chore {
    package let name = "alerts"
    package let every = Duration.seconds(5)

    private static let timeout = Duration.seconds(10)

    private let directory: @Sendable () -> Directory
    private let inbox: any Inbox
    private let ids: EventIDSource

    package init(directory: @escaping @Sendable () -> Directory, inbox: any Inbox, ids: EventIDSource) {
        self.directory = directory
        self.inbox = inbox
        self.ids = ids
    }

    package var isNeeded: Bool {
        directory().endpoints.values.contains { $0.alerts != nil }
    }

    package func carryOut(on pool: PostgresPool) async throws {
        for (endpoint, alert, key) in try await dueAlerts(on: pool) {
            let body = alert.json.serialized()
            _ = try await inbox.accept(
                Submission(
                    id: ids.next(), app: OwnHouse.app,
                    arrival: Arrival(
                        type: "alert.\(alert.kind.rawValue)", orderNo: key.orderNo, dedupeKey: key.dedupeKey,
                        body: body, fingerprint: Array(SHA256.hash(data: body))),
                    replyEndpoint: endpoint,
                    deliveries: [PlannedDelivery(endpoint: endpoint, slot: nil, isOrdered: false)]))
        }
    }

    private func dueAlerts(
        on pool: PostgresPool
    ) async throws -> [(endpoint: EndpointID, alert: Alert, key: (orderNo: String, dedupeKey: String))] {
        let takers = directory().endpoints.values.compactMap { endpoint in
            endpoint.alerts.map { (id: endpoint.id, settings: $0) }
        }
        return try await pool.query(
            """
            SELECT alert_endpoint_id, kind, endpoint, merchant, since, since_text, dead, reason, order_no, dedupe_key
            FROM yizhan.due_alerts($1, $2, $3, $4, $5, $6)
            """,
            [
                .int32s(takers.map(\.id.number)),
                .texts(takers.map { $0.settings.kinds.map(\.rawValue).joined(separator: ",") }),
                .texts(takers.map(\.settings.merchant)), .intervals(takers.map(\.settings.breakerOpenFor)),
                .int32s(takers.map { Int32(clamping: $0.settings.atMost.count) }),
                .intervals(takers.map(\.settings.atMost.period)),
            ], timeout: Self.timeout
        ).map { row in
            let word = try row.text(1)
            guard let kind = AlertKind(rawValue: word) else {
                throw PostgresError.decoding(column: "kind", expected: "a kind of alert", actual: word)
            }
            let alert = Alert(
                kind: kind, endpoint: try row.text(2), merchant: try row.text(3),
                since: Timestamp(unixMilliseconds: try row.unixMicroseconds(4) / 1_000), sinceText: try row.text(5),
                count: try row.int64(6), reason: try row.optional.text(7))
            return (EndpointID(try row.int32(0)), alert, (try row.text(8), try row.text(9)))
        }
    }
}
