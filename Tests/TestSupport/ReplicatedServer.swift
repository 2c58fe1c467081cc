import EmbeddedPostgreSQL
import Foundation
import SystemPackage

/// One server of a `ReplicatedCluster`, reached by TCP on loopback.
package struct ReplicatedServer: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    static let user = "postgres"
    static let database = "yizhan"

    package let port: UInt16
    /// Of this server alone.
    package let url: String
    private let name: String
    private let place: FilePath
    private let programs: FilePath
    private let account: ServerAccount?
    private let psql: Psql

    /// - Parameter name: what the other server knows it by.
    init(named name: String, port: UInt16, in directory: FilePath, programs: FilePath, psql: Psql) throws {
        self.name = name
        self.port = port
        self.programs = programs
        self.psql = psql
        url = "postgresql://\(Self.user)@127.0.0.1:\(port)/\(Self.database)?connect_timeout=2"
        place = directory.appending(name)
        account = try ServerAccount.forCluster(at: place)
        try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: false)
        var attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        if let account {
            attributes[.ownerAccountID] = account.userID
            attributes[.groupOwnerAccountID] = account.groupID
        }
        try FileManager.default.setAttributes(attributes, ofItemAtPath: place.string)
    }

    /// Makes an empty cluster.
    func initialize() async throws {
        try await run(
            "initdb", "-D", place.string, "--username", Self.user, "--encoding=UTF8", "--locale=C", "--auth=trust",
            "--no-sync", "--no-instructions")
    }

    /// Makes a cluster that follows another one.
    func copy(_ other: ReplicatedServer) async throws {
        try await run(
            "pg_basebackup", "-D", place.string, "--dbname", "host=127.0.0.1 port=\(other.port) user=\(Self.user)",
            "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync")
    }

    /// Returns when the server takes connections.
    package func start() async throws {
        let settings = [
            ("port", "\(port)"), ("listen_addresses", "127.0.0.1"), ("unix_socket_directories", "''"),
            ("cluster_name", name), ("wal_keep_size", "64MB"),
            // Servers are killed here, and not their machines.
            ("fsync", "off"),
        ]
        try await run(
            "pg_ctl", "start", "--wait", "-D", place.string, "--log", place.appending("server.log").string, "-o",
            settings.map { "-c \($0)=\($1)" }.joined(separator: " "))
    }

    /// Sessions are cut, everything is written, and a standby that follows has it all.
    package func stop() async throws {
        try await run("pg_ctl", "stop", "--wait", "-D", place.string, "--mode=fast")
    }

    /// SIGKILL to the server and all its backends, as if the power were cut.
    package func crash() async throws {
        try await ServerProcesses.kill(inside: place)
    }

    /// SIGSTOP to the server and all its backends: connections stay open and nothing answers.
    package func pause() throws {
        try ServerProcesses.pause(inside: place)
    }

    package func resume() throws {
        try ServerProcesses.resume(inside: place)
    }

    /// Returns when the standby has become a primary and takes writes.
    package func promote() async throws {
        try await run("pg_ctl", "promote", "--wait", "-D", place.string)
    }

    @discardableResult
    package func callAsFunction(_ sql: String) async throws -> String {
        try await psql(sql, on: url)
    }

    private func run(_ program: String, _ arguments: String...) async throws {
        let ended = try await ServerCommand(programs.appending(program), as: account, in: place).run(arguments)
        guard ended.isSuccess else { throw Failure(description: "\(program) of \(name): \(ended.output)") }
    }
}
