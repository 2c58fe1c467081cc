/// What a running server says of itself in `postmaster.pid`.
///
/// The lines are described in PostgreSQL's `src/include/utils/pidfile.h`.
struct Postmaster: Equatable {
    static let fileName = "postmaster.pid"

    let processID: Int32
    /// As the server was told it; relative to the cluster. Nil while the server is starting.
    let socketDirectory: String?
    let isReady: Bool

    /// Nil if the text is not (or not yet) such a file.
    init?(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // A negative number is that of a single-user server.
        guard let first = lines.first, let processID = Int32(first) else { return nil }
        self.processID = abs(processID)
        self.socketDirectory = lines.count > 4 && !lines[4].isEmpty ? String(lines[4]) : nil
        self.isReady = lines.count > 7 && lines[7].hasPrefix("ready")
    }
}
