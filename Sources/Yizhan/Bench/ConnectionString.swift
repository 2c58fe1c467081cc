/// A libpq connection string, of which another database is wanted.
enum ConnectionString {
    /// - Parameter string: a URL or key/value pairs.
    static func naming(_ database: String, in string: String) -> String {
        guard let scheme = string.firstRange(of: "://") else { return "\(string) dbname=\(database)" }
        let rest = string[scheme.upperBound...]
        let question = rest.firstIndex(of: "?") ?? rest.endIndex
        let authority = rest[..<question].prefix { $0 != "/" }
        return string[..<scheme.upperBound] + authority + "/\(database)" + rest[question...]
    }
}
