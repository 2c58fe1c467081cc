import Foundation
import Subprocess
import SystemPackage

/// A Python of the tests' own, with others' libraries to check ours by, kept in the build folder.
enum PythonEnvironment {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let requirements = ["standardwebhooks==1.1.0", "prometheus-client==0.21.1"]
    private static let modules = "import standardwebhooks, prometheus_client"

    // Shared by all tests and owned by none, so it cannot be a child of the test that happens to come first.
    private static let made = Task { try await make() }

    /// The path of its interpreter. Made when it is asked for the first time, which takes some seconds and the network.
    static func interpreter() async throws -> String {
        try await made.value
    }

    private static func make() async throws -> String {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "end-to-end-python").path
        let python = folder + "/bin/python3"
        if try await succeeds(python, "-c", modules) { return python }
        guard try await succeeds("/usr/bin/env", "python3", "-m", "venv", "--clear", folder) else {
            throw Failure(description: "there is no python3 with venv; make deps-test installs it")
        }
        let options = ["--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "10"]
        let installed = try await run(
            .path(FilePath(python)), arguments: Arguments(["-m", "pip", "install"] + options + requirements),
            output: .discarded, error: .string(limit: 1 << 20))
        guard installed.terminationStatus.isSuccess else {
            throw Failure(description: "pip cannot install \(requirements): \(installed.standardError)")
        }
        return python
    }

    private static func succeeds(_ program: String, _ arguments: String...) async throws -> Bool {
        guard FileManager.default.isExecutableFile(atPath: program) else { return false }
        return try await run(
            .path(FilePath(program)), arguments: Arguments(arguments), output: .discarded, error: .discarded
        ).terminationStatus.isSuccess
    }
}
