import PostgreSQL
import RelayCore

/// An inbound call that was refused. It has names of parameters, and no values.
struct Rejection: Hashable, Sendable {
    let atUnixMilliseconds: Int64
    /// Nil where none could be told.
    let app: String?
    let reason: String
    var detail: String?
    var remoteAddress: String?
    var parameters: [String] = []

    /// The latest, in the order in which they came.
    static func read(latest count: Int32, app: String?, from pool: PostgresPool) async throws(PostgresError)
        -> [Rejection]
    {
        let rows = try await pool.query(
            """
            SELECT r.at, r.app, r.reason, r.detail, r.remote_address, r.parameters
            FROM yizhan.rejection AS r
            WHERE $2 IS NULL OR r.app = $2
            ORDER BY r.at DESC
            LIMIT $1
            """, [.int32(count), .text(app)])
        var calls: [Rejection] = []
        for row in rows.reversed() {
            calls.append(
                Rejection(
                    atUnixMilliseconds: try row.unixMicroseconds(0) / 1_000, app: try row.optional.text(1),
                    reason: try row.text(2), detail: try row.optional.text(3),
                    remoteAddress: try row.optional.text(4), parameters: try row.texts(5)))
        }
        return calls
    }

    static func lines(_ calls: [Rejection]) -> [String] {
        guard !calls.isEmpty else { return ["No call was refused of late."] }
        return TextTable.lines(
            [["refused at", "app", "from", "reason", "parameters"]]
                + calls.map { call in
                    [
                        "\(LocalTime(unixMilliseconds: call.atUnixMilliseconds))", call.app?.printable ?? "-",
                        call.remoteAddress?.printable ?? "-",
                        call.reason.printable + (call.detail.map { ": \($0.printable)" } ?? ""),
                        call.parameters.map(\.printable).joined(separator: ", "),
                    ]
                })
    }

    var json: JSON {
        [
            "at": .string(Timestamp(unixMilliseconds: atUnixMilliseconds).description),
            "app": app.map { .string($0) } ?? .null, "reason": .string(reason),
            "detail": detail.map { .string($0) } ?? .null,
            "remote_address": remoteAddress.map { .string($0) } ?? .null,
            "parameters": .array(parameters.map { .string($0) }),
        ]
    }
}
