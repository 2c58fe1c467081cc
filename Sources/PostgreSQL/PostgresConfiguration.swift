import CLibPQ

/// Where the database is and how to get in.
package struct PostgresConfiguration: Sendable {
    /// Shared by all hosts of the connection string. Resolving a name is not counted.
    package var connectTimeout: Duration
    /// Session settings of the server such as `statement_timeout`, set at the start of each session.
    package var sessionSettings: [String: String]
    /// What the server's `pg_stat_activity` shows, unless the connection string says something else.
    package var applicationName: String

    /// Nil unless several hosts are named, of which one at a time is to be used. Shared by all copies.
    let primary: KnownPrimary?

    private let connectionString: String
    /// What the connection string itself says, by libpq's keywords.
    private let parsed: [String: String]

    /// - Parameter connectionString: a libpq URL or key/value string; it beats the environment (`PGHOST` …), and an
    ///   empty one leaves all to it. `client_encoding` is always UTF-8.
    package init(
        _ connectionString: String, applicationName: String = "yizhan", connectTimeout: Duration = .seconds(10),
        sessionSettings: [String: String] = [:]
    ) throws(PostgresError) {
        self.connectionString = connectionString
        self.applicationName = applicationName
        self.connectTimeout = connectTimeout
        self.sessionSettings = sessionSettings
        parsed = try Self.parse(connectionString)
        primary = Self.knownPrimary(of: parsed)
    }

    /// Whether a connection string has a password in it. False for one that libpq cannot read.
    package static func hasPassword(_ connectionString: String) -> Bool {
        do {
            let parsed = try parse(connectionString)
            return ["password", "sslpassword"].contains { parsed[$0] != nil }
        } catch {
            return false  // connecting says what is wrong with it, and quotes nothing of it
        }
    }

    /// The hosts that libpq would try in turn; empty if there is no list of them.
    var hosts: [PostgresHost] { PostgresHost.list(from: parsed) }

    /// libpq takes the last of the equal keywords; the connection string stands between what it may override and
    /// what it may not.
    func keywords(hosts: [PostgresHost]) -> [(keyword: String, value: String)] {
        var keywords = [
            // A dead peer is noticed within a minute, with or without data under way.
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),
            ("fallback_application_name", applicationName),
            ("dbname", connectionString),
            ("client_encoding", "UTF8"),
        ]
        if !sessionSettings.isEmpty {
            let switches = sessionSettings.sorted { $0.key < $1.key }.map { name, value in
                "-c " + Self.escapeOption("\(name)=\(value)")
            }
            keywords.append(("options", ([parsed["options"] ?? ""] + switches).joined(separator: " ")))
        }
        if hosts.count > 1 || (hosts.count == 1 && self.hosts.count > 1) {
            keywords += PostgresHost.keywords(of: hosts)
        }
        return keywords
    }

    /// Several servers, or several ways to one, may be in use at once unless a primary is asked for, of which there is
    /// one, by a list that is gone through in order.
    private static func knownPrimary(of parsed: [String: String]) -> KnownPrimary? {
        let hosts = PostgresHost.list(from: parsed)
        guard hosts.count > 1, ["read-write", "primary"].contains(parsed["target_session_attrs"]),
            [nil, "disable"].contains(parsed["load_balance_hosts"])
        else { return nil }
        return KnownPrimary(hosts: hosts)
    }

    private static func escapeOption(_ option: String) -> String {
        String(option.flatMap { $0 == " " || $0 == "\\" ? ["\\", $0] : [$0] })
    }

    private static func parse(_ connectionString: String) throws(PostgresError) -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(connectionString, &message) else {
            let text = message.map { String(cString: $0) } ?? "out of memory"
            PQfreemem(message)
            throw .invalidConfiguration(reason: quotingNothing(text))
        }
        defer { PQconninfoFree(options) }
        var parsed: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { parsed[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return parsed
    }

    /// libpq's messages quote the part of the string that they could not read, which may be of a password.
    private static func quotingNothing(_ message: String) -> String {
        let line = message.split(separator: "\n").joined(separator: " ")
        return line.firstIndex(of: "\"").map { line[..<$0] + "…" } ?? line
    }
}

/// Host, port, database and user alone are shown.
extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        let shown = ["host", "hostaddr", "port", "dbname", "user"].compactMap { key in
            parsed[key].map { "\(key)=\($0)" }
        }
        return shown.isEmpty ? "PostgreSQL by its environment" : shown.joined(separator: " ")
    }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
