import EmbeddedPostgreSQL
import Foundation
import Logging
package import SystemPackage
import Testing

/// A PostgreSQL of one test's own, to do harm to.
package actor StoppableCluster {
    /// The same after every start.
    package nonisolated let url: String
    package nonisolated let psql: Psql
    /// The embedded server's data directory.
    package nonisolated let directory: FilePath

    private let logger = Logger(label: "stoppable-cluster") { _ in SwiftLogNoOpLogHandler() }
    private var server: EmbeddedPostgreSQL?

    fileprivate init() async throws {
        psql = try await Psql()
        directory = try await FilePath(scratchDirectory().path)
        let server = try await EmbeddedPostgreSQL.start(in: directory, logger: logger)
        url = server.connectionURL
        self.server = server
    }

    /// Returns when the server takes connections, after a crash when it has recovered.
    package func start() async throws {
        // The old value holds the directory's lock.
        server = nil
        server = try await EmbeddedPostgreSQL.start(in: directory, logger: logger)
    }

    /// Ends the server as the relay does: sessions are cut, everything is written.
    package func stop() async throws {
        try await server?.stop()
    }

    /// SIGKILL to the server and all its backends, as if the power were cut.
    package func crash() async throws {
        try await ServerProcesses.kill(inside: cluster)
    }

    /// SIGSTOP to the server and all its backends: connections stay open and nothing answers.
    package func pause() async throws {
        try ServerProcesses.pause(inside: cluster)
    }

    package func resume() async throws {
        try ServerProcesses.resume(inside: cluster)
    }

    fileprivate func end() async throws {
        try await crash()
        server = nil
        try FileManager.default.removeItem(atPath: directory.string)
    }

    private var cluster: FilePath { directory.appending("postgresql") }
}

/// Runs `body` with a cluster of its own, which ends with it, in whatever state it is.
package func withStoppableCluster<Result: Sendable>(
    _ body: (StoppableCluster) async throws -> Result
) async throws -> Result {
    let cluster = try await StoppableCluster()
    let result: Result
    do {
        result = try await body(cluster)
    } catch {
        try await cluster.end()
        throw error
    }
    try await cluster.end()
    return result
}
