import Foundation
import RelayCore
import TestSupport
import Testing

/// `yizhan sink youzan`, as a process of its own.
struct YouzanStandIn: Sendable {
    let port: Int
    private let process: RelayProcess

    /// Runs `body` with a Youzan Cloud, which ends with it.
    static func with<Result: Sendable>(
        _ arguments: [String] = [], port: Int = 0, _ body: (YouzanStandIn) async throws -> Result
    ) async throws -> Result {
        let command = [
            "sink", "youzan", "--json", "--listen", "127.0.0.1:\(port)", "--client-id", RelayFile.youzanClient,
            "--secret-env", "YOUZAN_SECRET",
        ]
        let process = try RelayProcess.launch(
            command: command + arguments, environment: YizhanCommand.environment(database: nil),
            in: try await scratchDirectory())
        let result: Swift.Result<Result, any Error>
        do {
            var port: Int?
            try await eventually(within: .seconds(30), "the stand-in listens") {
                port = try process.log.firstMatch(of: /listens on http:..127\.0\.0\.1:([0-9]+)\s/).flatMap { Int($0.1) }
                return port != nil
            }
            result = .success(try await body(YouzanStandIn(port: port ?? 0, process: process)))
        } catch {
            result = .failure(error)
        }
        try await process.crash()
        return try result.get()
    }

    /// What it got, in the order in which it came.
    var calls: [JSON] {
        get throws {
            // A line that is being written is not read.
            try process.log.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                .filter { $0.hasPrefix("{") }.map { try JSON(parsing: String($0)) }
        }
    }

    var tokenRequests: [JSON] {
        get throws { try calls.filter { $0["call"] == "token" } }
    }

    var apiCalls: [JSON] {
        get throws { try calls.filter { $0["call"] == "api" } }
    }
}
