import Foundation
import Logging
import SystemPackage

/// What the bench is played on: a directory that goes with it, a PostgreSQL, and this program for everything else.
struct BenchStage: Sendable {
    let settings: BenchSettings
    let directory: FilePath
    let server: BenchServer
    let masterKey: String
    let logger: Logger

    init(settings: BenchSettings, directory: FilePath, server: BenchServer, logger: Logger) {
        self.settings = settings
        self.directory = directory
        self.server = server
        self.logger = logger
        masterKey = Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
    }

    /// On a terminal, over the last one.
    func tell(_ what: String) {
        if Terminal.showsProgress { Terminal.showProgress(what) }
    }

    /// Makes something of each round, by turns.
    func rounds(of phase: BenchPhase, _ body: (_ round: Int) async throws -> Void) async throws {
        for round in 1...settings.rounds {
            tell("\(phase.rawValue): round \(round) of \(settings.rounds) …")
            try await body(round)
        }
    }

    /// Runs `body` with a database of the schema.
    func withDatabase<R: Sendable>(
        _ name: String, _ body: (BenchDatabase) async throws -> R
    ) async throws -> R {
        let database = try await server.database(name)
        defer { database.close() }
        return try await body(database)
    }
}
