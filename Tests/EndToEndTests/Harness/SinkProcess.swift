import Foundation
import TestSupport
import Testing

/// A `yizhan sink …`, as a process of its own.
enum SinkProcess {
    /// Runs `body` with a sink, which ends with it.
    static func with<Result: Sendable>(
        _ arguments: [String], in directory: URL, _ body: (_ sink: RelayProcess, _ port: Int) async throws -> Result
    ) async throws -> Result {
        let sink = try RelayProcess.launch(
            command: ["sink"] + arguments + ["--listen", "127.0.0.1:0"],
            environment: YizhanCommand.environment(database: nil), in: directory)
        let result: Swift.Result<Result, any Error>
        do {
            var port: Int?
            try await eventually(within: .seconds(20), "the sink listens") {
                port = try sink.log.firstMatch(of: /listens on http:\/\/127\.0\.0\.1:([0-9]+)/)
                    .flatMap { Int($0.output.1) }
                return port != nil
            }
            result = .success(try await body(sink, try #require(port)))
        } catch {
            result = .failure(error)
        }
        try await sink.crash()
        return try result.get()
    }
}
