import Foundation
import RelayCore
import TestSupport
import Testing

/// `yizhan bench`, small: that it measures what it says, and what of it holds on any machine.
@Suite(.alone, .timeLimit(.minutes(15))) struct BenchTests {
    /// Lanes that are shared make orders wait for whole timeouts, of 2 s; a busy machine makes them wait for less.
    @Test func merchantsThatHangAndOneWithManyDueDeliveriesHoldUpNobodyElse() async throws {
        let figures = try await bench("lanes", "--rounds", "1", "--seconds", "4", "--rate", "200", "--rows", "20000")
        let p99 = figures.filter { $0.name.hasPrefix("sending to merchant p99") }
        #expect(p99.count == 3)
        for figure in p99 {
            let alone = try #require(figure.yardstick)
            #expect(figure.median > 0)
            #expect(figure.median < 2 * alone + 500, "\(figure.name): \(figure.median) ms, and \(alone) ms otherwise")
        }
    }

    /// Storing it and settling it, and nothing else: everything that happens by the clock adds less than half of one.
    @Test func anOrderThatIsDeliveredAtOnceCostsTwoStatements() async throws {
        let figures = try await bench("relay", "--rounds", "1", "--seconds", "3", "--connections", "1")
        let statements = try #require(figures.first { $0.name == "SQL statements" })
        #expect(1.9...2.5 ~= statements.median)
        let wal = try #require(figures.first { $0.name == "write-ahead log per order" })
        // About 2,160 bytes, and what a checkpoint before it adds.
        #expect(1_500..<4_000 ~= wal.median)
    }

    @Test func everyPhaseMeasuresAndLeavesNothingBehind() async throws {
        let home = try await scratchDirectory()
        let figures = try await bench(
            "ingest", "deliver", "latency", "backlog", "idle", "--rounds", "1", "--seconds", "1", "--connections", "16",
            "--rows", "1000", "--backlog-rows", "400", "--backlog-rows", "2000", "--drained-rows", "500", in: home)
        #expect(Set(figures.map(\.phase)) == ["ingest", "deliver", "latency", "backlog", "idle"])
        for name in [
            "orders stored and answered", "deliveries of a backlog of 500", "claimed and settled with 2000 due",
            "resident memory, 1000 endpoints",
        ] {
            let figure = try #require(figures.first { $0.name == name }, "there is no \(name)")
            #expect(figure.median > 0)
            #expect(figure.yardstick ?? 1 > 0)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.path).isEmpty)
    }

    @Test func onANamedServerItTakesItsDatabasesAwayAgain() async throws {
        let cluster = try await TestCluster.shared()
        try await cluster.withDatabase { database in
            let own = "SELECT count(*) FROM pg_database WHERE starts_with(datname, 'yizhan_bench_')"
            try await bench(
                "deliver", "--on-database-url", "--rounds", "1", "--seconds", "1", "--drained-rows", "200",
                database: database)
            #expect(try await cluster.psql(own, on: database) == "0")
            #expect(
                try await cluster.psql("SELECT count(*) FROM pg_namespace WHERE nspname = 'yizhan'", on: database)
                    == "0")
        }
        let withoutOne = try await YizhanCommand.run(["bench", "--on-database-url"])
        #expect(withoutOne.exitCode == 1)
        #expect(withoutOne.errors.contains("DATABASE_URL is not set"))
    }

    @Test func anotherClientIsMeasuredBesideTheRelayAndOneThatTellsNothingIsAnError() async throws {
        let directory = try await scratchDirectory()
        func program(_ name: String, _ script: String) throws -> String {
            let path = directory.appending(path: name)
            try Data("#!/bin/sh\n\(script)\n".utf8).write(to: path)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path.path)
            return path.path
        }
        let arguments = ["deliver", "--rounds", "1", "--seconds", "1", "--drained-rows", "200", "--client"]
        let told = directory.appending(path: "told").path
        let client = try program("client", #"echo "$@" > \#(told); echo '{"answered": 500, "elapsed_us": 250000}'"#)
        let figures = try await bench(arguments + [client])
        #expect(figures.contains { $0.name == "deliveries of a backlog of 200" && $0.yardstick == 2_000 })
        #expect(try String(contentsOfFile: told, encoding: .utf8).hasSuffix("/m/0 1\n"))

        let failing: [(client: String, exitCode: Int32, said: String)] = [
            (try program("chatty", "echo done"), 1, "does not say anything in JSON"),
            (try program("vague", #"echo '{"answered": 500}'"#), 1, "does not say how many calls were answered"),
            (try program("alone", #"echo '{"answered": 0, "elapsed_us": 250000}'"#), 1, "the load was not answered"),
            (try program("broken", "echo 'connection refused' >&2; exit 1"), 1, "failed: connection refused"),
            (directory.appending(path: "nobody").path, 2, "is not there, or not a program"),
        ]
        for (client, exitCode, said) in failing {
            let run = try await YizhanCommand.run(["bench"] + arguments + [client])
            #expect(run.exitCode == exitCode)
            let name = URL(filePath: client).lastPathComponent
            #expect(run.errors.contains(name) && run.errors.contains(said), "\(name): \(run.errors)")
        }
    }

    @Test func aCtrlCEndsItWithEverythingThatItStarted() async throws {
        let home = try await scratchDirectory()
        let bench = try RelayProcess.launch(
            command: ["bench", "ingest", "--seconds", "600"],
            environment: YizhanCommand.environment(database: nil, ["TMPDIR": home.path]),
            in: try await scratchDirectory())
        var directory: URL?
        try await eventually(within: .seconds(60), "the load is on its way") {
            let made = try FileManager.default.contentsOfDirectory(at: home, includingPropertiesForKeys: nil)
            directory = made.first { FileManager.default.fileExists(atPath: $0.appending(path: "relay.log").path) }
            return directory != nil
        }
        let path = try #require(directory).path
        try await eventually("its programs run") { try processes(in: path) >= 2 }
        bench.send(signal: SIGINT)
        #expect(try await bench.end(within: .seconds(60)) == .exit(1))
        #expect(try processes(in: path) == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.path).isEmpty)
    }

    @Test(arguments: [["bench", "--rounds", "0"], ["bench", "everything"], ["bench", "--backlog-rows", "0"]])
    func whatCannotBeMeasuredIsAUsageError(command: [String]) async throws {
        #expect(try await YizhanCommand.run(command).exitCode == 2)
    }

    private struct Figure {
        let phase: String
        let name: String
        let median: Double
        let yardstick: Double?
    }

    @discardableResult
    private func bench(_ arguments: String..., database: String? = nil, in home: URL? = nil) async throws -> [Figure] {
        try await bench(arguments, database: database, in: home)
    }

    private func bench(_ arguments: [String], database: String? = nil, in home: URL? = nil) async throws -> [Figure] {
        let variables = ["DATABASE_URL": database, "TMPDIR": home?.path].compactMapValues { $0 }
        let ended = try await YizhanCommand.run(["bench", "--json"] + arguments, variables).requireSuccess()
        let figures = try JSON(parsing: ended.output)["figures"]?.arrayValue ?? []
        return try figures.map { figure in
            Figure(
                phase: try #require(figure["phase"]?.stringValue), name: try #require(figure["figure"]?.stringValue),
                median: try #require(Self.number(figure["median"])),
                yardstick: Self.number(figure["yardstick"]?["median"]))
        }
    }

    private static func number(_ json: JSON?) -> Double? {
        if case .number(let text)? = json { Double(text) } else { nil }
    }

    /// Of the bench's own: they work in its directory.
    private func processes(in path: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.count { process in
            // What cannot be read has ended meanwhile.
            let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")
            return place?.hasPrefix(path) == true
        }
    }
}
