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

    /// Nothing of the tests' own environment but what a program needs to start, or to look for data races; and the
    /// variables of every `relay.yaml`.
    static func environment(database: String?, _ more: [String: String] = [:]) -> [String: String] {
        let own = ProcessInfo.processInfo.environment
        var environment = ["PATH", "HOME", "TMPDIR", "TSAN_OPTIONS", "LD_PRELOAD"]
            .reduce(into: [String: String]()) { $0[$1] = own[$1] }
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
        try await run(path, arguments, environment(database: database, variables), in: directory)
    }

    private static func run(
        _ program: String, _ arguments: [String], _ environment: [String: String], in directory: URL?
    ) async throws -> Result {
        let ended = try await Subprocess.run(
            .path(FilePath(program)), arguments: Arguments(arguments),
            environment: .custom(
                Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
            ),
            workingDirectory: directory.map { FilePath($0.path) },
            output: .string(limit: 16 << 20), error: .string(limit: 16 << 20))
        let code: Int32? = if case .exited(let code) = ended.terminationStatus { code } else { nil }
        return Result(exitCode: code, output: ended.standardOutput, errors: ended.standardError)
    }

    /// Runs a command to its end on a terminal of its own.
    /// - Parameters:
    ///   - command: without the program's name.
    ///   - typescript: a file that gets what the terminal is sent, as it is sent.
    static func runOnTerminal(
        _ command: String, database: String, _ variables: [String: String] = [:], typescript: URL
    ) async throws -> Result {
        let variables = environment(database: database, ["TERM": "xterm"].merging(variables) { $1 })
        // `script` lines its file with when it began and ended.
        return try await run(
            "/usr/bin/script", ["-qefc", "'\(path)' \(command)", typescript.path], variables, in: nil)
    }
}
