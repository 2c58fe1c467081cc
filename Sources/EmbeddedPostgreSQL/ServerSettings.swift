/// What the server is told on its command line, where it beats `postgresql.conf`.
///
/// All else is PostgreSQL's default (`fsync`, `synchronous_commit` and `full_page_writes` on, 100 connections, 128 MB of
/// shared buffers) and can be tuned in the cluster's `postgresql.conf`.
enum ServerSettings {
    static let port = 5432

    private static let fixed = [
        // Local users are trusted, so nobody else may come near: no TCP, and a socket, in a directory of mode 0700,
        // which only the server's user (and root) may connect to.
        ("listen_addresses", "''"),
        ("unix_socket_permissions", "0700"),
        ("port", "\(port)"),
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        // Details of an error quote rows, and rows hold the platforms' messages.
        ("log_error_verbosity", "terse"),
        // Nobody rotates this log: it must not grow when nothing happens.
        ("log_checkpoints", "off"),
    ]

    /// - Parameter socketDirectory: must be free of what a shell or a comma-separated list gives a meaning to.
    static func commandLine(socketDirectory: String) -> String {
        (fixed + [("unix_socket_directories", socketDirectory)])
            .map { name, value in "-c \(name)=\(value)" }
            .joined(separator: " ")
    }
}
