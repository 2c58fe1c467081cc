import PostgreSQL
import RelayCore

/// How the relays of a database are doing.
struct RelayStatus: Sendable {
    /// What is wanted besides the usual.
    struct Request: Sendable {
        var reconciliation = false
        var rejections = false
        /// Of which app; nil for all.
        var app: String?
    }

    /// Days of a reconciliation.
    private static let dayCount: Int32 = 31
    /// Refused calls, of which a database keeps more.
    private static let callCount: Int32 = 50

    let atUnixMilliseconds: Int64
    let endpoints: [EndpointStatus]
    let lastHour: HourOutcomes
    let deadLetters: DeadLetterCount
    /// Days that do not balance; with a reconciliation the others too.
    let days: [ReconciledDay]
    let rejections: [Rejection]
    let request: Request

    static func read(_ request: Request, from pool: PostgresPool) async throws(PostgresError) -> RelayStatus {
        RelayStatus(
            atUnixMilliseconds: try await pool.query("SELECT clock_timestamp()")[0].unixMicroseconds(0) / 1_000,
            endpoints: try await EndpointStatus.read(from: pool),
            lastHour: try await HourOutcomes.read(from: pool),
            deadLetters: try await DeadLetterCount.read(from: pool),
            days: try await ReconciledDay.read(
                days: request.reconciliation ? dayCount : 0, app: request.app, from: pool),
            rejections: request.rejections
                ? try await Rejection.read(latest: callCount, app: request.app, from: pool) : [],
            request: request)
    }

    /// The apps that have sent anything, be it refused.
    static func appNames(from pool: PostgresPool) async throws(PostgresError) -> [String] {
        let rows = try await pool.query(
            """
            SELECT r.app FROM yizhan.reconciliation AS r WHERE r.app IS NOT NULL
            UNION
            SELECT c.app FROM yizhan.rejection AS c WHERE c.app IS NOT NULL
            ORDER BY 1
            """)
        var names: [String] = []
        for row in rows { names.append(try row.text(0)) }
        return names
    }

    /// For people.
    func lines(_ colours: Colours) -> [String] {
        var lines = ["\(LocalTime(unixMilliseconds: atUnixMilliseconds))", ""]
        lines += EndpointStatus.lines(endpoints, colours)
        lines += ["", lastHour.line, deadLetters.line] + ReconciledDay.verdict(on: days, colours)
        if request.reconciliation { lines += [""] + ReconciledDay.lines(days, colours) }
        if request.rejections { lines += [""] + Rejection.lines(rejections) }
        return lines
    }

    var json: JSON {
        var members: [JSON.Member] = [
            .init(name: "at", value: .string(Timestamp(unixMilliseconds: atUnixMilliseconds).description)),
            .init(name: "endpoints", value: .array(endpoints.map(\.json))),
            .init(name: "last_hour", value: lastHour.json),
            .init(name: "dead_letters", value: JSON(deadLetters.count)),
            .init(name: "differences", value: .array(days.filter { $0.difference != 0 }.map(\.json))),
        ]
        if request.reconciliation {
            members.append(.init(name: "reconciliation", value: .array(days.map(\.json))))
        }
        if request.rejections {
            members.append(.init(name: "rejections", value: .array(rejections.map(\.json))))
        }
        return .object(members)
    }
}
