import Foundation
import Subprocess
import SystemPackage

/// The product, as it was built beside the tests.
enum YizhanBinary {
    static let path =
        ProcessInfo.processInfo.environment["YIZHAN_BINARY"]
        ?? URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "yizhan").path

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs one command to its end.
    static func run(_ arguments: String..., environment: [String: String]) async throws {
        var variables: [Environment.Key: String?] = [:]
        for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = value }
        let ended = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments), environment: .inherit.updating(variables),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        guard ended.terminationStatus.isSuccess else {
            throw Failure(description: "yizhan \(arguments.joined(separator: " ")): \(ended.standardError)")
        }
    }
}
