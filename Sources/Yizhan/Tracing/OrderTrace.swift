import PostgreSQL
import RelayCore

/// The whole story of an order, in the order in which it happened.
struct OrderTrace: Sendable {
    struct Entry: Hashable, Sendable {
        let atUnixMilliseconds: Int64
        let what: String
        let detail: String
    }

    let entries: [Entry]

    /// An order that no app has, or several while none is named, is an error of the server that says so.
    static func read(orderNo: String, app: String?, from pool: PostgresPool) async throws(PostgresError) -> OrderTrace {
        let rows = try await pool.query(
            "SELECT t.at, t.what, t.detail FROM yizhan.trace($1, $2) AS t", [.text(orderNo), .text(app)])
        var entries: [Entry] = []
        for row in rows {
            entries.append(
                Entry(
                    atUnixMilliseconds: try row.unixMicroseconds(0) / 1_000, what: try row.text(1),
                    detail: try row.text(2)))
        }
        return OrderTrace(entries: entries)
    }

    /// For people, in local time. Details quote what came from outside.
    var lines: [String] {
        TextTable.lines(
            entries.map { entry in
                [
                    "\(LocalTime(unixMilliseconds: entry.atUnixMilliseconds))", entry.what.printable,
                    entry.detail.printable,
                ]
            })
    }
}

extension OrderTrace.Entry {
    var json: JSON {
        [
            "at": .string(Timestamp(unixMilliseconds: atUnixMilliseconds).description), "what": .string(what),
            "detail": .string(detail),
        ]
    }
}
