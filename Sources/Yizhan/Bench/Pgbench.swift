import EmbeddedPostgreSQL
import Foundation
import RelayCore
import SystemPackage

/// What the same PostgreSQL does by itself: single rows, the same as an event's, inserted one by one by `pgbench`, each in a
/// transaction of its own.
struct Pgbench: Sendable {
    private static let clients = [16, 64]
    /// Beyond the least key, nearly in order, as the relay's own ids are.
    private static let script = #"""
        \set n :n + 1
        INSERT INTO yizhan.event (
            id, app_id, order_no, dedupe_key, type, body, fingerprint, reply_endpoint_id, ordered)
        VALUES (
            (lpad(to_hex(:n::bigint), 24, '0') || lpad(to_hex(:client_id::bigint), 8, '0'))::uuid, 1,
            'yzb' || lpad(:n::text, 8, '0') || lpad(:client_id::text, 5, '0'), '', 'goods.issue',
            convert_to(:body, 'UTF8'), '\x0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', 1, false);
        """#

    let stage: BenchStage
    let database: BenchDatabase
    private let program: FilePath
    private let scriptFile: FilePath

    /// Runs `body` with it and a database of its own, or with nil where `pgbench` is not installed.
    static func with<R: Sendable>(
        _ stage: BenchStage, _ name: String, _ body: (Pgbench?) async throws -> R
    ) async throws -> R {
        guard let program = try await find() else {
            Terminal.complain(
                """
                pgbench is neither beside PostgreSQL's programs nor in PATH, so nothing is held against it. It comes with \
                PostgreSQL's server: apt-get install postgresql, or postgresql-contrib before version 10.
                """)
            return try await body(nil)
        }
        let file = stage.directory.appending("insert.pgbench")
        try script.write(toFile: file.string, atomically: true, encoding: .utf8)
        return try await stage.withDatabase(name) { database in
            try await body(Pgbench(stage: stage, database: database, program: program, scriptFile: file))
        }
    }

    /// The best of 16 and 64 clients.
    func insertsPerSecond() async throws -> Double {
        var best = 0.0
        for clients in Self.clients {
            best = max(best, try Self.rate(in: try await run(clients: clients, [])))
        }
        return best
    }

    /// From when a row was meant to be inserted, at so many a second that come at random.
    func latencies(rate: Int) async throws -> Quantiles {
        let log = stage.directory.appending("pgbench-log")
        try FileManager.default.createDirectory(atPath: log.string, withIntermediateDirectories: false)
        defer {
            do {
                try FileManager.default.removeItem(atPath: log.string)
            } catch {
                Terminal.complain("\(log) stays: \(error)")
            }
        }
        _ = try await run(
            clients: Self.clients[0], ["--rate=\(rate)", "--log", "--log-prefix=\(log.appending("each"))"])
        var microseconds: [Int] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: log.string) {
            let text = try String(contentsOfFile: log.appending(name).string, encoding: .utf8)
            microseconds += Self.latencies(in: text)
        }
        return Quantiles(microseconds)
    }

    /// Of `tps = 2345.678901 (without initial connection time)`.
    static func rate(in output: String) throws(BenchFailure) -> Double {
        let line = output.split(separator: "\n").first { $0.hasPrefix("tps = ") }
        guard let number = line?.split(separator: " ").dropFirst(2).first.flatMap({ Double($0) }) else {
            throw .unreadable("pgbench", what: "how many rows it inserted")
        }
        return number
    }

    /// The third field of each line: `client_id transaction_no time script_no time_epoch time_us schedule_lag`.
    static func latencies(in log: String) -> [Int] {
        log.split(separator: "\n").compactMap { line in
            line.split(separator: " ").dropFirst(2).first.flatMap { Int($0) }
        }
    }

    private func run(clients: Int, _ more: [String]) async throws -> String {
        try await database.clear()
        let arguments = [
            "--no-vacuum", "--protocol=prepared", "--client=\(clients)", "--jobs=2", "--time=\(stage.settings.seconds)",
            "--define=n=0", "--define=body=\(String(repeating: "x", count: 500))", "--file=\(scriptFile)",
        ]
        // pgbench takes a connection string from there, where nobody sees its password.
        return try await ChildProgram(
            path: program, arguments: arguments + more, variables: ["PGDATABASE": database.url],
            directory: stage.directory
        ).output()
    }

    private static func find() async throws -> FilePath? {
        let folders = try await ServerInstallation.all(in: ServerInstallation.defaultSearchPath).map(\.programs)
        return (folders + ServerInstallation.defaultSearchPath).map { $0.appending("pgbench") }
            .first { FileManager.default.isExecutableFile(atPath: $0.string) }
    }
}
