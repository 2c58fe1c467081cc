import ArgumentParser
import Foundation
import NIOPosix
import RelayCore
import Server

/// What the bench starts beside itself, and nobody else needs.
struct BenchWork: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: BenchWorker.command, abstract: "A process of yizhan bench.", shouldDisplay: false,
        subcommands: [Load.self, Sink.self, Empty.self, Calls.self])

    /// Reads its plan from standard input and writes its report to standard output.
    struct Load: AsyncParsableCommand {
        func run() async throws {
            let plan = try LoadPlan(try JSON(parsing: readLine() ?? ""))
            Terminal.say(String(decoding: try await LoadRun.run(plan).json.serialized(), as: UTF8.self))
        }
    }

    struct Sink: AsyncParsableCommand {
        @Option var port: Int

        func run() async throws {
            endWithStandardInput()
            try await SinkServer(port: port).run()
        }
    }

    struct Empty: AsyncParsableCommand {
        @Option var port: Int

        func run() async throws {
            endWithStandardInput()
            try await EmptyServer(
                host: "127.0.0.1", port: port, group: MultiThreadedEventLoopGroup.singleton
            ).run()
        }
    }

    struct Calls: AsyncParsableCommand {
        @Option var port: Int
        @Option var seconds: Int

        func run() async throws {
            let report = try await OutboundLoop(port: port, seconds: seconds).run()
            Terminal.say(String(decoding: report.serialized(), as: UTF8.self))
        }
    }
}

/// Ends the process once whoever started it is gone, however that came about: nobody would stop it then.
private func endWithStandardInput() {
    Thread.detachNewThread {
        while readLine() != nil {}
        exit(EXIT_SUCCESS)
    }
}
