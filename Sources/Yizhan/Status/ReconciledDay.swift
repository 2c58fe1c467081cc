import PostgreSQL
import RelayCore

/// What became of the deliveries of the events that an app sent on one Beijing day.
struct ReconciledDay: Hashable, Sendable {
    /// As `2026-11-25`.
    let day: String
    let app: String
    var events: Int64 = 0
    var accepted: Int64 = 0
    var delivered: Int64 = 0
    var refused: Int64 = 0
    var open: Int64 = 0
    var dead: Int64 = 0
    var cancelled: Int64 = 0
    /// Other than 0 where tables were changed by hand.
    var difference: Int64 = 0

    /// The latest last.
    /// - Parameter days: of which all is read; of the others only what has a difference.
    static func read(
        days: Int32, app: String?, from pool: PostgresPool
    ) async throws(PostgresError) -> [ReconciledDay] {
        let rows = try await pool.query(
            """
            SELECT
                to_char(r.day, 'YYYY-MM-DD'), coalesce(r.app, '-'), r.events, r.accepted, r.delivered, r.refused,
                r.open, r.dead, r.cancelled, r.difference
            FROM yizhan.reconciliation AS r
            WHERE r.difference <> 0
                OR r.day > (now() AT TIME ZONE 'Asia/Shanghai')::date - $1 AND ($2 IS NULL OR r.app = $2)
            ORDER BY r.day, r.app
            """, [.int32(days), .text(app)])
        var read: [ReconciledDay] = []
        for row in rows {
            read.append(
                ReconciledDay(
                    day: try row.text(0), app: try row.text(1), events: try row.int64(2), accepted: try row.int64(3),
                    delivered: try row.int64(4), refused: try row.int64(5), open: try row.int64(6),
                    dead: try row.int64(7), cancelled: try row.int64(8), difference: try row.int64(9)))
        }
        return read
    }

    var json: JSON {
        [
            "day": .string(day), "app": .string(app), "events": JSON(events), "accepted": JSON(accepted),
            "delivered": JSON(delivered), "refused": JSON(refused), "open": JSON(open), "dead": JSON(dead),
            "cancelled": JSON(cancelled), "difference": JSON(difference),
        ]
    }
}

extension ReconciledDay {
    /// So many differences are told one by one.
    private static let fewDifferences = 5

    static func lines(_ days: [ReconciledDay], _ colours: Colours) -> [String] {
        guard !days.isEmpty else { return ["No event has come in the last days."] }
        let heading: [TableCell] = [
            "day", "app", .right("events"), .right("accepted"), .right("delivered"), .right("refused"),
            .right("open"), .right("dead"), .right("cancelled"), .right("difference"),
        ]
        return TextTable.lines([heading] + days.map(\.cells), colours)
    }

    /// Whether the sheet balances, in a line, and below it where it does not.
    static func verdict(on days: [ReconciledDay], _ colours: Colours) -> [String] {
        let wrong = days.filter { $0.difference != 0 }
        guard !wrong.isEmpty else { return ["reconciliation  balances"] }
        var lines = [colours.paint("reconciliation  DOES NOT BALANCE: tables were changed by hand", .alarm)]
        lines += wrong.suffix(fewDifferences).map { colours.paint("  \($0.complaint)", .alarm) }
        if wrong.count > fewDifferences { lines.append("  … \(wrong.count - fewDifferences) more: --reconciliation") }
        return lines
    }

    /// For a day that does not balance.
    var complaint: String {
        let deliveries = difference.magnitude == 1 ? "1 delivery" : "\(difference.magnitude) deliveries"
        let what = difference > 0 ? "\(deliveries) missing" : "\(deliveries) that nobody accepted"
        return "\(day) \(app.printable): \(what)"
    }

    private var cells: [TableCell] {
        let counts = [events, accepted, delivered, refused, open].map { TableCell($0) }
        return [TableCell(day), TableCell(app.printable)] + counts + [
            TableCell(dead, dead > 0 ? .alarm : nil), TableCell(cancelled),
            TableCell(difference, difference != 0 ? .alarm : nil),
        ]
    }
}
