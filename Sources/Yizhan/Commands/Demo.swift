import ArgumentParser
import Foundation
import Logging
import SystemPackage

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See it work: a relay, a merchant and a platform's calls, on this machine and from nothing.",
        discussion: """
            Example:  yizhan demo

            Starts a PostgreSQL of its own, the relay and a sample merchant, issues one prize, shows what happens, and \
            keeps serving until Ctrl-C, which ends all of it. Ports 8080, 9090 and 9000 are used if they are free. \
            Nothing that belongs to another relay is touched: DATABASE_URL and the other variables do not count here.
            """)

    @Flag(help: "Show it, end, and fail if anything did not happen. Nothing is left behind.")
    var once = false

    @Option(
        help: .init(
            "Of the demo's PostgreSQL. (default: .yizhan/demo; with --once a temporary one)", valueName: "directory"))
    var dataDir: String?

    func run() async throws {
        let logger = LogSettings(level: .warning, format: .text).logger()
        let now = SystemClock.unixMilliseconds()
        let temporary: FilePath? = once && dataDir == nil ? Self.temporaryDirectory() : nil
        Terminal.say("Yizhan 驿站: a relay for the calls of platforms to merchants. Starting …")
        Terminal.say()
        let stage = try await DemoStage(
            dataDirectory: temporary ?? dataDir.map { FilePath($0) }, atUnixMilliseconds: now, logger: logger)
        let result: Result<Void, any Error>
        do {
            try stage.writeRelayFile()
            let house = DemoHouse(
                stage: stage, program: CommandLine.arguments.first ?? "yizhan", once: once, logger: logger)
            result = .success(try await runUntilSignalled(house, logger: logger))
        } catch {
            result = .failure(error)
        }
        if let temporary { try FileManager.default.removeItem(atPath: temporary.string) }
        try result.get()
        if once { Terminal.say("Everything above happened. (yizhan demo keeps it running to try by hand.)") }
    }

    /// Not made here: PostgreSQL's user has to be able to reach it, which is for whoever starts PostgreSQL to see to.
    private static func temporaryDirectory() -> FilePath {
        FilePath(FileManager.default.temporaryDirectory.path(percentEncoded: false))
            .appending("yizhan-demo-\(UUID().uuidString)")
    }
}
