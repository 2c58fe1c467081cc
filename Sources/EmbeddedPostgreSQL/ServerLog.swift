import SystemPackage

/// The server's log file, read to explain a failure.
struct ServerLog {
    private let path: FilePath

    init(_ path: FilePath) {
        self.path = path
    }

    func size() throws(EmbeddedPostgreSQLError) -> Int64 {
        try FileSystem.status(of: path)?.size ?? 0
    }

    func relevantLines(since size: Int64) throws(EmbeddedPostgreSQLError) -> [String] {
        let text = try FileSystem.text(of: path, from: size) ?? ""
        return Self.relevant(text.split(separator: "\n").map(String.init))
    }

    /// The last five lines that tell of trouble, or simply the last five.
    static func relevant(_ lines: [String]) -> [String] {
        let signs = ["PANIC:", "FATAL:", "ERROR:", "HINT:", "error:", "could not", "invalid value", "unrecognized"]
        let telling = lines.filter { line in signs.contains { line.contains($0) } }
        return (telling.isEmpty ? lines : telling).suffix(5)
    }
}
