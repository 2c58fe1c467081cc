import RelayCore
import SystemPackage

/// The bench's other processes: this very program with a subcommand that its help does not tell of.
enum BenchWorker {
    static let command = "bench-worker"

    /// Sends a load and returns what became of it.
    static func load(_ plan: LoadPlan, of stage: BenchStage) async throws -> LoadReport {
        let report = try await answer(["load"], to: plan.json, of: stage)
        return try LoadReport(report, of: plan)
    }

    /// Calls merchants with the relay's own client and nothing else; returns answers a second.
    static func calls(to sink: BenchSink, of stage: BenchStage) async throws -> Double {
        let report = try await answer(
            ["calls", "--port", "\(sink.port)", "--seconds", "\(stage.settings.seconds)"], to: .null, of: stage)
        return try answersPerSecond(report, of: "\(command) calls")
    }

    /// Calls merchants with another client: a program of somebody else's. Returns answers a second.
    static func calls(of client: String, to sink: BenchSink, of stage: BenchStage) async throws -> Double {
        let program = ChildProgram(
            path: FilePath(client), arguments: [sink.url(of: 0), "\(stage.settings.seconds)"],
            directory: stage.directory)
        let output = try await program.output()
        guard let report = try? JSON(parsing: output) else {
            throw BenchFailure.unreadable("what \(client) prints", what: "anything in JSON")
        }
        return try answersPerSecond(report, of: client)
    }

    private static func answersPerSecond(_ report: JSON, of program: String) throws(BenchFailure) -> Double {
        guard let answered = report["answered"]?.intValue, let elapsed = report["elapsed_us"]?.intValue, elapsed > 0
        else {
            throw .unreadable("what \(program) prints", what: "how many calls were answered, and in how long")
        }
        // Held against 0, any figure would do.
        guard answered > 0 else { throw .unansweredLoad("no call of \(program) was") }
        return Double(answered) * 1e6 / Double(elapsed)
    }

    /// Runs a server for as long as `body` takes.
    static func server<R: Sendable>(
        _ arguments: [String], at port: Int, of stage: BenchStage, _ body: @Sendable () async throws -> R
    ) async throws -> R {
        let log = stage.directory.appending("worker.log")
        return try await ChildProgram.yizhan([command] + arguments, in: stage.directory).whileRunning(log: log) { _ in
            try await LoopbackClient(port: port).waitUntilReady("/", program: arguments.first ?? "") { "nothing" }
            return try await body()
        }
    }

    private static func answer(_ arguments: [String], to input: JSON, of stage: BenchStage) async throws -> JSON {
        let text = String(decoding: input.serialized(), as: UTF8.self) + "\n"
        return try JSON(
            parsing: try await ChildProgram.yizhan([command] + arguments, in: stage.directory).output(of: text))
    }
}
