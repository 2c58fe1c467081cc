package import SystemPackage

/// Why there is no embedded PostgreSQL. The descriptions say what to do about it.
package enum EmbeddedPostgreSQLError: Error {
    case serverNotFound(searched: [FilePath])
    /// The cluster was made by a major version that is not installed.
    case wrongVersion(directory: FilePath, major: Int, installed: [Int])
    case notACluster(FilePath)
    case inUse(directory: FilePath, processID: String)
    /// `obstacle` is the folder on the way to `directory` that the account may not pass.
    case unreachable(directory: FilePath, obstacle: FilePath, account: String)
    case wrongOwner(directory: FilePath, owner: UInt32)
    /// PostgreSQL refuses to run as root, and there is neither `postgres` nor `nobody`.
    case noUnprivilegedAccount
    case diskFull(FilePath, whileDoing: String)
    case fileOperation(String, FilePath, cause: any Error)
    case commandNotRun(FilePath, cause: any Error)
    case clusterCreationFailed(directory: FilePath, lines: [String])
    case startFailed(directory: FilePath, log: FilePath, lines: [String])
    /// An earlier server neither became ready nor went away.
    case busy(directory: FilePath, processID: Int32)
    case stopFailed(directory: FilePath, output: String)
    case cancelled
}

extension EmbeddedPostgreSQLError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .serverNotFound(let searched):
            """
            There is no PostgreSQL server here: initdb, pg_ctl and postgres were not found together in any of \
            \(list(searched)). Install one (Debian, Ubuntu: apt-get install postgresql), or set DATABASE_URL.
            """
        case .wrongVersion(let directory, let major, let installed):
            """
            The cluster in \(directory) was made by PostgreSQL \(major), and only \
            \(list(installed)) is installed. Install PostgreSQL \(major), or move the data with pg_upgrade, or use \
            another data directory.
            """
        case .notACluster(let directory):
            """
            \(directory) has files in it but is no PostgreSQL cluster (it has no PG_VERSION). Move it away, or use \
            another data directory.
            """
        case .inUse(let directory, let processID):
            """
            The data directory \(directory) is in use by another relay (pid \(processID)). Stop that one, or use \
            another data directory.
            """
        case .unreachable(let directory, let obstacle, let account):
            """
            PostgreSQL does not run as root, and user \(account), as whom it would run, cannot reach \(directory): \
            \(obstacle) is closed to it. Use a data directory elsewhere, as /var/lib/yizhan, or open the way with \
            chmod o+x \(obstacle).
            """
        case .wrongOwner(let directory, let owner) where owner == 0:
            """
            The cluster in \(directory) belongs to root, and PostgreSQL does not run as root. Give it to an \
            unprivileged user: chown -R postgres \(directory).
            """
        case .wrongOwner(let directory, let owner):
            """
            The cluster in \(directory) belongs to user id \(owner). Run the relay as that user or as root, or use \
            another data directory.
            """
        case .noUnprivilegedAccount:
            """
            PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody to run it as. \
            Create one, or run the relay as another user than root.
            """
        case .diskFull(let path, let action):
            "The disk that holds \(path) is full: \(action) failed. Free some space (64 MB to begin with)."
        case .fileOperation(let operation, let path, let cause):
            "Cannot \(operation) \(path): \(cause)."
        case .commandNotRun(let command, let cause):
            "Cannot run \(command): \(cause)."
        case .clusterCreationFailed(let directory, let lines):
            "Making a PostgreSQL cluster in \(directory) failed: \(quote(lines))"
        case .startFailed(let directory, let log, let lines):
            "The PostgreSQL server of \(directory) did not start; its log, \(log), says: \(quote(lines))"
        case .busy(let directory, let processID):
            """
            An earlier PostgreSQL server of \(directory) (pid \(processID)) is neither ready nor gone. See what it \
            does in its log, and stop it with kill -INT \(processID).
            """
        case .stopFailed(let directory, let output):
            "The PostgreSQL server of \(directory) did not stop, and still runs: \(output)"
        case .cancelled:
            "The start of PostgreSQL was cancelled."
        }
    }

    private func list(_ items: [some CustomStringConvertible]) -> String {
        items.map(\.description).joined(separator: ", ")
    }

    private func quote(_ lines: [String]) -> String {
        lines.isEmpty ? "(nothing)" : lines.joined(separator: "\n    ")
    }
}
