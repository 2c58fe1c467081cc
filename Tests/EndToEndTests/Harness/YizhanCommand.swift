import Foundation
import Subprocess
import SystemPackage

/// The `yizhan` that was built together with these tests.
enum YizhanCommand {
    struct Result: Sendable {
        /// Nil where a signal ended it.
        let exitCode: Int32?
        let output: String
        let errors: String
    }

    /// 32 bytes, as the encryption of secrets wants them.
    static let masterKey = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

    /// Beside the tests' own program.
    static var path: String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "yizhan").path
    }

    /// Nothing of the tests' own environment but what a program needs to start; and the variables of every `relay.yaml`.
    static func environment(database: String?, _ more: [String: String] = [:]) -> [String: String] {
        let own = ProcessInfo.processInfo.environment
        var environment = ["PATH", "HOME", "TMPDIR"].reduce(into: [String: String]()) { $0[$1] = own[$1] }
        environment["YIZHAN_LISTEN"] = "127.0.0.1:0"
        environment["YIZHAN_ADMIN_LISTEN"] = "127.0.0.1:0"
        environment.merge(RelayFile.variables) { $1 }
        environment.merge(AllianceFile.variables) { $1 }
        if let database {
            environment["DATABASE_URL"] = database
            environment["YIZHAN_MASTER_KEY"] = masterKey
        }
        return environment.merging(more) { $1 }
    }

    /// Runs a command to its end.
    static func run(
        _ arguments: [String], database: String? = nil, _ variables: [String: String] = [:], in directory: URL? = nil
    ) async throws -> Result {
        let environment = environment(database: database, variables)
        let ended = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments),
            environment: .custom(
                Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
            ),
            workingDirectory: directory.map { FilePath($0.path) },
            output: .string(limit: 16 << 20), error: .string(limit: 16 << 20))
        let code: Int32? = if case .exited(let code) = ended.terminationStatus { code } else { nil }
        return Result(exitCode: code, output: ended.standardOutput, errors: ended.standardError)
    }
}
