/// At which step a transaction failed. Except where `isOutcomeUnknown`, it has had no effect.
package enum PostgresTransactionError: Error, Sendable {
    /// The transaction did not begin, or no connection was to be had for it.
    case begin(PostgresError)
    /// The body threw. `rollback` is set if the rollback failed too; the server then rolls back by itself when it
    /// notices that the connection is gone.
    case body(any Error, rollback: PostgresError?)
    /// The body returned although a statement in it had failed, so the server would not have committed.
    case aborted(rollback: PostgresError?)
    case commit(PostgresError)

    /// Only the answer to `COMMIT` can be missing: before it, a lost connection means rolled back.
    package var isOutcomeUnknown: Bool {
        switch self {
        case .commit(let error): error.isOutcomeUnknown
        case .begin, .body, .aborted: false
        }
    }

    /// What the database had to say, if it was the database that failed.
    package var databaseError: PostgresError? {
        switch self {
        case .begin(let error), .commit(let error): error
        case .body(let error, _): error as? PostgresError
        case .aborted(let rollback): rollback
        }
    }

    package var sqlState: String? { databaseError?.sqlState }

    package var isConnectionProblem: Bool { databaseError?.isConnectionProblem ?? false }
}

extension PostgresTransactionError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String {
        switch self {
        case .begin(let error): "the transaction did not begin: \(error)"
        case .body(let error, nil): "the transaction was rolled back: \(error)"
        case .body(let error, let rollback?): "the transaction failed: \(error); its rollback too: \(rollback)"
        case .aborted(nil): "the transaction was rolled back, as a statement in it had failed"
        case .aborted(let rollback?): "a statement of the transaction failed, and its rollback: \(rollback)"
        case .commit(let error): "the transaction was not confirmed: \(error)"
        }
    }

    package var debugDescription: String {
        switch self {
        case .begin(let error): "begin: \(String(reflecting: error))"
        case .body(let error, let rollback): "body: \(String(reflecting: error)), rollback: \(Self.detail(rollback))"
        case .aborted(let rollback): "aborted, rollback: \(Self.detail(rollback))"
        case .commit(let error): "commit: \(String(reflecting: error))"
        }
    }

    private static func detail(_ rollback: PostgresError?) -> String {
        rollback.map { String(reflecting: $0) } ?? "done"
    }
}
