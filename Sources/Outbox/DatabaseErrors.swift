import PostgreSQL

extension PostgresError {
    /// The database is gone, going, hung, or does not take writes now: what comes next will fail as well.
    var isDatabaseAway: Bool {
        if isConnectionProblem { return true }
        switch self {
        case .poolTimedOut, .closed, .invalidConfiguration: return true
        // Out of disk, memory or connections.
        case .server(let error): return error.sqlState.hasPrefix("53")
        case .cannotConnect, .connectionLost, .timedOut, .unreplicated, .cancelled, .decoding, .unsupported:
            return false
        }
    }

    /// A deadlock or a serialization failure has undone the statement: the same again is right.
    var isUndone: Bool {
        sqlState?.hasPrefix("40") ?? false
    }

    /// A row holds what the database cannot take: without this row, the others of its group would have been written.
    /// Classes 22, 23 and 54: data, constraints, limits.
    var isOfOneRow: Bool {
        guard let sqlState else { return false }
        return ["22", "23", "54"].contains { sqlState.hasPrefix($0) }
    }
}
