import Foundation
import Logging
import ServiceLifecycle
import SystemPackage

/// A bench from nothing to its report, and back to nothing: what it made is gone when it ends, also by a Ctrl-C.
struct BenchRun: Service {
    let phases: [BenchPhase]
    let settings: BenchSettings
    let logger: Logger
    let onReport: @Sendable (BenchReport) -> Void

    func run() async throws {
        // Not made here: PostgreSQL's user has to be able to reach it, which is for whoever starts PostgreSQL to see to.
        let directory = FilePath(FileManager.default.temporaryDirectory.path(percentEncoded: false))
            .appending("yizhan-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            atPath: directory.string, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
        let result: Result<BenchReport?, any Error>
        do {
            result = .success(try await measure(in: directory))
        } catch {
            result = .failure(error)
        }
        if Terminal.showsProgress { Terminal.showProgress("") }
        try FileManager.default.removeItem(atPath: directory.string)
        if let report = try result.get() { onReport(report) }
    }

    /// Nil where it was told to stop.
    private func measure(in directory: FilePath) async throws -> BenchReport? {
        // Starting is not cut short: what has begun to start could not be stopped.
        let server = try await BenchServer.start(settings, in: directory.appending("postgresql"), logger: logger)
        let result: Result<BenchReport?, any Error>
        do {
            result = .success(try await cancelWhenGracefulShutdown { try await measure(in: directory, on: server) })
        } catch _ where Task.isShuttingDownGracefully {
            result = .success(nil)
        } catch {
            result = .failure(error)
        }
        try await server.stop()
        return try result.get()
    }

    private func measure(in directory: FilePath, on server: BenchServer) async throws -> BenchReport {
        try await server.prepare()
        let stage = BenchStage(settings: settings, directory: directory, server: server, logger: logger)
        let machine = try await Machine(server)
        var figures: [Figure] = []
        for phase in phases { figures += try await measure(phase, on: stage) }
        return BenchReport(machine: machine, settings: settings, figures: figures)
    }

    private func measure(_ phase: BenchPhase, on stage: BenchStage) async throws -> [Figure] {
        stage.tell("\(phase.rawValue) …")
        return switch phase {
        case .ingest: try await IngestPhase(stage: stage).run()
        case .deliver: try await DeliverPhase(stage: stage).run()
        case .relay: try await RelayPhase(stage: stage).run()
        case .latency: try await LatencyPhase(stage: stage).run()
        case .backlog: try await BacklogPhase(stage: stage).run()
        case .lanes: try await LanesPhase(stage: stage).run()
        case .idle: try await IdlePhase(stage: stage).run()
        }
    }
}
