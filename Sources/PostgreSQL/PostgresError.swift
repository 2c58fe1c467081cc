/// Everything that can go wrong between the relay and its database.
package enum PostgresError: Error, Sendable {
    /// The connection string is not one. `reason` quotes nothing of it: parts of a password may be in it.
    case invalidConfiguration(reason: String)
    /// No server took the connection in time, or each refused it. Says which, in libpq's words.
    case cannotConnect(String)
    /// The server refused the statement; the connection remains usable.
    case server(PostgresServerError)
    /// The connection broke. `inFlight` is the statement that was sent and never answered, so that it may or may
    /// not have taken effect; nil: nothing was sent.
    case connectionLost(inFlight: String?, cause: String, sqlState: String? = nil)
    /// No answer within `limit`: the statement may or may not have taken effect. The connection was given up.
    case timedOut(inFlight: String, limit: Duration)
    /// The server has committed without its synchronous standby's word, because somebody cancelled the waiting for it: the
    /// effect is lost if the server is.
    case unreplicated(inFlight: String)
    /// The caller's task was cancelled, and the statement has had no effect.
    case cancelled
    /// A column does not hold what was asked of it.
    case decoding(column: String, expected: String, actual: String)
    /// The connection, or its pool, was closed by its owner.
    case closed
    /// Every connection of the pool was in use for `limit`.
    case poolTimedOut(limit: Duration)
    /// The call is none that this client makes, such as `COPY`.
    case unsupported(String)
}

extension PostgresError {
    package var sqlState: String? {
        switch self {
        case .server(let error): error.sqlState
        case .connectionLost(_, _, let sqlState): sqlState
        case .invalidConfiguration, .cannotConnect, .timedOut, .unreplicated, .cancelled, .decoding, .closed,
            .poolTimedOut, .unsupported:
            nil
        }
    }

    /// The statement may have taken effect for good, and nobody can say.
    package var isOutcomeUnknown: Bool {
        switch self {
        case .connectionLost(let inFlight, _, _): inFlight != nil
        case .timedOut, .unreplicated: true
        case .invalidConfiguration, .cannotConnect, .server, .cancelled, .decoding, .closed, .poolTimedOut,
            .unsupported:
            false
        }
    }

    /// The server is away, going, full or out of reach, or it takes no writes, or has nobody to confirm them: the same call
    /// may succeed on another connection later.
    package var isConnectionProblem: Bool {
        switch self {
        case .cannotConnect, .connectionLost, .timedOut, .unreplicated: true
        case .server(let error):
            error.sqlState.hasPrefix("08")
                || ["57P01", "57P02", "57P03", "53300", PostgresServerError.readOnly].contains(error.sqlState)
        case .invalidConfiguration, .cancelled, .decoding, .closed, .poolTimedOut, .unsupported: false
        }
    }
}

/// `description` may be logged: it has no parameter and no row in it. `debugDescription` has all that is known.
extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String {
        switch self {
        case .invalidConfiguration(let reason): "the connection string is invalid: \(reason)"
        case .cannotConnect(let reason): "cannot connect to PostgreSQL: \(reason)"
        case .server(let error): error.description
        case .connectionLost(nil, let cause, _): "the connection to PostgreSQL is lost: \(cause)"
        case .connectionLost(let statement?, let cause, _):
            "the connection to PostgreSQL was lost with a statement in flight, its outcome is unknown: \(cause)"
                + " [\(Self.abridged(statement))]"
        case .timedOut(let statement, let limit):
            "no answer from PostgreSQL within \(limit), the outcome is unknown [\(Self.abridged(statement))]"
        case .unreplicated(let statement):
            "PostgreSQL has committed without its synchronous standby, as the waiting for it was cancelled; the outcome"
                + " is unknown [\(Self.abridged(statement))]"
        case .cancelled: "cancelled"
        case .decoding(let column, let expected, let actual):
            "column \(column) was read as \(expected) but holds \(actual)"
        case .closed: "the connection to PostgreSQL is closed"
        case .poolTimedOut(let limit): "no connection to PostgreSQL became free within \(limit)"
        case .unsupported(let what): "not supported: \(what)"
        }
    }

    package var debugDescription: String {
        switch self {
        case .server(let error): error.debugDescription
        case .connectionLost(let statement?, let cause, let sqlState):
            "connection lost: \(cause) (SQLSTATE \(sqlState ?? "none")), in flight: \(statement)"
        case .timedOut(let statement, let limit): "timed out after \(limit), in flight: \(statement)"
        case .unreplicated(let statement): "committed without the synchronous standby, in flight: \(statement)"
        case .connectionLost(nil, _, _), .invalidConfiguration, .cannotConnect, .cancelled, .decoding, .closed,
            .poolTimedOut, .unsupported:
            description
        }
    }

    /// The start of a statement on one line.
    private static func abridged(_ sql: String) -> String {
        let line = sql.split(whereSeparator: \.isWhitespace).prefix(20).joined(separator: " ")
        return line.count > 80 ? line.prefix(80) + "…" : line
    }
}
