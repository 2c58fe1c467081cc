import ArgumentParser
import Foundation
import Logging
import RelayCore
import Synchronization

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure what a relay carries on this machine, beside what the machine does otherwise.",
        discussion: """
            Examples:  yizhan bench
                       yizhan bench ingest latency --seconds 10 --json

            Phases, all of them unless some are named: ingest (orders stored and answered), deliver (a backlog drained), \
            relay (both at once), latency (answer times at a fixed rate), backlog (claiming and settling), lanes (merchants \
            that hang or are dead, and the others), idle (memory and CPU of a relay that has nothing to do).

            It measures a `yizhan serve` on a PostgreSQL of its own in a temporary directory, with loads, merchants and \
            yardsticks in other processes on loopback, each by turns with what it is held against. All of that is gone when \
            it ends, also by Ctrl-C. docs/benchmarks.md says what the figures mean.
            """)

    @Argument(help: .init("What to measure.", valueName: "phase"))
    var phases: [BenchPhase] = []

    @Option(help: "How often everything is measured, by turns. The medians are told.")
    var rounds = BenchSettings().rounds

    @Option(help: "How long each measurement takes.")
    var seconds = BenchSettings().seconds

    @Option(help: "Connections of the load.")
    var connections = BenchSettings().connections

    @Option(help: "Calls a second in latency and lanes. (default: half of what ingest reaches; 400 in lanes)")
    var rate: Int?

    @Option(help: "Due deliveries in lanes and idle.")
    var rows = BenchSettings().dueRows

    @Option(
        help: .init(
            "Due deliveries in backlog, once each; 10000000 takes about 10 GB and some minutes. (default: 10000 1000000)",
            valueName: "rows"))
    var backlogRows: [Int] = []

    @Option(help: "Deliveries of the backlog that deliver drains.")
    var drainedRows = BenchSettings().drainedRows

    @Option(
        help: .init(
            """
            Another HTTP client to hold deliver against: a program that is called with a URL and a number of seconds, and \
            prints {"answered": 123, "elapsed_us": 123}.
            """, valueName: "program"))
    var client: String?

    @Flag(
        help: """
            Measure on the server that DATABASE_URL names, as a superuser of it; it is under load then. The bench makes \
            databases of its own there, whose names begin with yizhan_bench_, and removes them.
            """)
    var onDatabaseURL = false

    @Flag(help: "One JSON object with every round.")
    var json = false

    func validate() throws {
        let numbers = [
            ("--rounds", rounds, 100), ("--seconds", seconds, 3_600), ("--connections", connections, 10_000),
            ("--rate", rate ?? 1, 1_000_000), ("--rows", rows, 100_000_000),
            ("--drained-rows", drainedRows, 100_000_000),
        ]
        for (name, number, most) in numbers + backlogRows.map({ ("--backlog-rows", $0, 100_000_000) }) {
            guard 1...most ~= number else { throw ValidationError("\(name) is a number from 1 to \(most)") }
        }
        if let clientPath, !FileManager.default.isExecutableFile(atPath: clientPath) {
            throw ValidationError("--client: \(clientPath) is not there, or not a program")
        }
    }

    func run() async throws {
        var settings = BenchSettings()
        settings.rounds = rounds
        settings.seconds = seconds
        settings.connections = connections
        settings.rate = rate
        settings.dueRows = rows
        if !backlogRows.isEmpty { settings.backlogRows = backlogRows }
        settings.drainedRows = drainedRows
        settings.client = clientPath
        if onDatabaseURL {
            guard let url = ProcessInfo.processInfo.environment["DATABASE_URL"], !url.isEmpty else {
                throw BenchFailure.noDatabaseURL
            }
            settings.databaseURL = url
        }
        let logger = LogSettings(level: .warning, format: .text).logger()
        let report = Mutex<BenchReport?>(nil)
        let run = BenchRun(
            phases: phases.isEmpty ? BenchPhase.allCases : phases, settings: settings, logger: logger,
            onReport: { done in report.withLock { $0 = done } })
        try await runUntilSignalled(run, logger: logger)
        guard let report = report.withLock({ $0 }) else { throw ExitCode.failure }
        if json {
            Terminal.say(String(decoding: report.json.serialized(), as: UTF8.self))
        } else {
            for line in report.lines(.ofStandardOutput) { Terminal.say(line) }
        }
    }

    /// From the root: the bench runs its programs in a directory of its own.
    private var clientPath: String? {
        client.map { URL(filePath: $0).path(percentEncoded: false) }
    }
}

extension BenchPhase: ExpressibleByArgument {}
