import Foundation
import RelayCore
import TestSupport
import Testing

/// `yizhan sink meituan-alliance`, as a process of its own.
struct AllianceSink: Sendable {
    let process: RelayProcess
    let port: Int

    static func start(_ arguments: String..., in directory: URL) async throws -> AllianceSink {
        let process = try RelayProcess.launch(
            command: [
                "sink", "meituan-alliance", "--listen", "127.0.0.1:0", "--app-key", AllianceFile.appKey,
                "--secret-env", "MT_API_SECRET", "--json",
            ] + arguments,
            environment: YizhanCommand.environment(database: nil), in: directory)
        var port: Int?
        try await eventually("the platform's API listens") {
            port = try process.log.firstMatch(of: /http:\/\/127\.0\.0\.1:([0-9]+)/).flatMap { Int($0.output.1) }
            return port != nil
        }
        return AllianceSink(process: process, port: port ?? 0)
    }

    /// What it has printed of calls, in their order.
    var calls: [JSON] {
        get throws {
            try process.log.split(separator: "\n").filter { $0.hasPrefix("{") }.map { try JSON(parsing: String($0)) }
        }
    }

    func stop() async throws {
        process.send(signal: SIGTERM)
        _ = try await process.end()
    }
}
