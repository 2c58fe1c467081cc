import Foundation
import Subprocess
import SystemPackage

/// A program that the bench runs beside itself.
struct ChildProgram: Sendable {
    private static let outputLimit = 64 << 20
    private static let inheritedVariables = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "LANG"]

    let path: FilePath
    let arguments: [String]
    /// Beside what a program needs to start. Secrets come this way: arguments are for everybody to see.
    var variables: [String: String] = [:]
    let directory: FilePath

    /// This very program.
    static func yizhan(
        _ arguments: [String], variables: [String: String] = [:], in directory: FilePath
    ) throws -> ChildProgram {
        let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return ChildProgram(path: FilePath(path), arguments: arguments, variables: variables, directory: directory)
    }

    /// Runs it to its end and returns what it wrote.
    func output(of input: String = "") async throws -> String {
        let ended = try await Subprocess.run(
            .path(path), arguments: Arguments(arguments), environment: environment,
            workingDirectory: directory, platformOptions: options, input: .string(input),
            output: .string(limit: Self.outputLimit), error: .string(limit: Self.outputLimit))
        guard ended.terminationStatus.isSuccess else {
            throw BenchFailure.programFailed(name, said: String(ended.standardError.suffix(2_000)))
        }
        return ended.standardOutput
    }

    /// Runs it for as long as `body` takes; then it is told to stop. Its standard input stays open meanwhile, so that it
    /// can see the bench die.
    func whileRunning<R: Sendable>(
        log: FilePath, _ body: @Sendable (_ processID: Int32) async throws -> R
    ) async throws -> R {
        let file = try FileDescriptor.open(
            log, .writeOnly, options: [.create, .append], permissions: [.ownerReadWrite, .groupRead, .otherRead])
        return try await Subprocess.run(
            .path(path), arguments: Arguments(arguments), environment: environment,
            workingDirectory: directory, platformOptions: options, input: .inputWriter,
            output: .fileDescriptor(file, closeAfterSpawningProcess: true), error: .combinedWithOutput
        ) { execution in
            let result: Result<R, any Error>
            do {
                result = .success(try await body(execution.processIdentifier.value))
            } catch {
                result = .failure(error)
            }
            await execution.teardown(using: options.teardownSequence)
            return result
        }.closureResult.get()
    }

    private var name: String {
        ([path.lastComponent?.string ?? ""] + arguments.prefix(2)).joined(separator: " ")
    }

    private var environment: Subprocess.Environment {
        let own = ProcessInfo.processInfo.environment
        var values: [Subprocess.Environment.Key: String] = [:]
        for name in Self.inheritedVariables { values[.init(stringLiteral: name)] = own[name] }
        for (name, value) in variables { values[.init(stringLiteral: name)] = value }
        return .custom(values)
    }

    private var options: PlatformOptions {
        var options = PlatformOptions()
        // Out of reach of a Ctrl-C at the terminal: the bench stops its programs one after the other.
        options.createSession = true
        options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: .seconds(15))]
        return options
    }
}
