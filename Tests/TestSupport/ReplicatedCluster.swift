import EmbeddedPostgreSQL
import Foundation
import SystemPackage
import Testing

/// A primary and a synchronous standby of one test's own, to do harm to.
package struct ReplicatedCluster: Sendable {
    /// The primary, at first.
    package let first: ReplicatedServer
    /// Its standby, at first.
    package let second: ReplicatedServer
    package let psql: Psql

    fileprivate init() async throws {
        guard let installation = try await ServerInstallation.all(in: ServerInstallation.defaultSearchPath).first else {
            throw ReplicatedServer.Failure(description: "there is no PostgreSQL on this machine; make deps installs it")
        }
        let psql = try await Psql()
        let directory = try await FilePath(scratchDirectory().path)
        let servers = try zip(["first", "second"], freePorts(2)).map { name, port in
            try ReplicatedServer(named: name, port: port, in: directory, programs: installation.programs, psql: psql)
        }
        (first, second) = (servers[0], servers[1])
        self.psql = psql
    }

    /// For libpq and `psql`: wherever the primary is.
    package func url(ports: [UInt16]? = nil) -> String {
        let hosts = (ports ?? [first.port, second.port]).map { "127.0.0.1:\($0)" }
        return "postgresql://\(ReplicatedServer.user)@\(hosts.joined(separator: ","))/\(ReplicatedServer.database)"
            + "?target_session_attrs=read-write&connect_timeout=2"
    }

    /// Returns when no commit of the first is answered any more before the second has it.
    fileprivate func start() async throws {
        try await first.initialize()
        try await first.start()
        try await psql(
            "CREATE DATABASE \(ReplicatedServer.database)",
            on: "host=127.0.0.1 port=\(first.port) user=\(ReplicatedServer.user) dbname=postgres")
        try await second.copy(first)
        try await second.start()
        // After the copy: the second, once promoted, has no standby to wait for.
        try await first("ALTER SYSTEM SET synchronous_standby_names = 'second'; SELECT pg_reload_conf()")
        try await waitForStandby()
    }

    /// Returns when the second has caught up with the first.
    package func waitForStandby() async throws {
        try await eventually("the standby is synchronous") {
            try await first("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1"
        }
    }

    fileprivate func end() async throws {
        try await first.crash()
        try await second.crash()
    }
}

/// Runs `body` with a cluster of its own, which ends with it, in whatever state it is.
package func withReplicatedCluster<Result: Sendable>(
    _ body: (ReplicatedCluster) async throws -> Result
) async throws -> Result {
    let cluster = try await ReplicatedCluster()
    let result: Result
    do {
        try await cluster.start()
        result = try await body(cluster)
    } catch {
        try await cluster.end()
        throw error
    }
    try await cluster.end()
    return result
}
