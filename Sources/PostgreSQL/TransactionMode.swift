package enum TransactionMode: Sendable {
    case readCommitted
    /// One snapshot for all statements; writes are refused.
    case repeatableReadOnly

    var begin: String {
        switch self {
        case .readCommitted: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
        case .repeatableReadOnly: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        }
    }
}
