import Foundation
import SystemPackage

/// The relay under test: a `yizhan serve` of its own, as anybody would run it.
struct BenchRelay: Sendable {
    let port: Int
    let processID: Int32

    var usage: ProcessUsage {
        get throws { try ProcessUsage(of: processID) }
    }

    /// Runs `body` with a relay that platforms are answered by, and stops it in peace.
    static func with<R: Sendable>(
        _ file: BenchFile, on database: BenchDatabase, of stage: BenchStage,
        _ body: @Sendable (BenchRelay) async throws -> R
    ) async throws -> R {
        let port = try await FreePort.number(preferring: 0)
        let adminPort = try await FreePort.number(preferring: 0)
        let path = try file.write(in: stage)
        let log = stage.directory.appending("relay.log")
        let serve = try ChildProgram.yizhan(
            [
                "serve", "--config", path.string, "--listen", "127.0.0.1:\(port)", "--admin-listen",
                "127.0.0.1:\(adminPort)",
            ], variables: variables(database, stage), in: stage.directory)
        return try await serve.whileRunning(log: log) { processID in
            try await LoopbackClient(port: adminPort).waitUntilReady("/readyz", program: "the relay") {
                String(((try? String(contentsOfFile: log.string, encoding: .utf8)) ?? "").suffix(2_000))
            }
            return try await body(BenchRelay(port: port, processID: processID))
        }
    }

    /// Configures a database for a relay that is yet to be started.
    static func apply(_ file: BenchFile, on database: BenchDatabase, of stage: BenchStage) async throws {
        let path = try file.write(in: stage)
        _ = try await ChildProgram.yizhan(
            ["apply", path.string], variables: variables(database, stage), in: stage.directory
        ).output()
    }

    private static func variables(_ database: BenchDatabase, _ stage: BenchStage) -> [String: String] {
        [
            "DATABASE_URL": database.url, "YIZHAN_MASTER_KEY": stage.masterKey,
            // All platforms of a bench are this machine.
            "YIZHAN_MAX_CONNECTIONS_PER_ADDRESS": "0",
        ]
    }
}

extension BenchFile {
    fileprivate func write(in stage: BenchStage) throws -> FilePath {
        let path = stage.directory.appending("relay.yaml")
        try text.write(toFile: path.string, atomically: true, encoding: .utf8)
        return path
    }
}
