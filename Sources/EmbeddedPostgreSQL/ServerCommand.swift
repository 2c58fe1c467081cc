import FoundationEssentials
import Subprocess
package import SystemPackage

/// A program that is run to its end, as the server's user.
package struct ServerCommand {
    package struct Result {
        package let isSuccess: Bool
        /// Standard output and standard error, in the order they came.
        package let output: String

        var lines: [String] {
            output.split(separator: "\n").map(String.init)
        }
    }

    private let program: FilePath
    private let account: ServerAccount?
    private let workingDirectory: FilePath

    package init(_ program: FilePath, as account: ServerAccount?, in workingDirectory: FilePath) {
        self.program = program
        self.account = account
        self.workingDirectory = workingDirectory
    }

    func run(_ arguments: String...) async throws(EmbeddedPostgreSQLError) -> Result {
        try await run(arguments)
    }

    package func run(_ arguments: [String]) async throws(EmbeddedPostgreSQLError) -> Result {
        do {
            let command = command(arguments)
            let ended = try await Subprocess.run(
                .path(command.program), arguments: Arguments(command.arguments), environment: environment,
                workingDirectory: workingDirectory, platformOptions: options,
                output: .string(limit: 256 * 1024), error: .combinedWithOutput)
            guard !Task.isCancelled else { throw EmbeddedPostgreSQLError.cancelled }
            return Result(isSuccess: ended.terminationStatus.isSuccess, output: ended.standardOutput)
        } catch let error as EmbeddedPostgreSQLError {
            throw error
        } catch {
            throw Task.isCancelled ? .cancelled : .commandNotRun(program, cause: error)
        }
    }

    /// Nothing of the relay's own environment: it holds secrets, and the server's user could read them in `/proc`.
    private var environment: Environment {
        var variables: [Environment.Key: String] = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            // Messages in English: a full disk is recognised by its text.
            "LC_ALL": "C",
        ]
        variables["LD_LIBRARY_PATH"] = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"]
        return .custom(variables)
    }

    /// `setpriv` changes the user, and not Subprocess between its fork and exec: glibc's `setuid` waits there for threads
    /// that a bare `clone` has left behind, and now and then for ever.
    private func command(_ arguments: [String]) -> (program: FilePath, arguments: [String]) {
        guard let account else { return (program, arguments) }
        let change = ["--reuid=\(account.userID)", "--regid=\(account.groupID)", "--clear-groups", "--"]
        return ("/usr/bin/setpriv", change + [program.string] + arguments)
    }

    private var options: PlatformOptions {
        var options = PlatformOptions()
        // Out of reach of a Ctrl-C at the terminal, which would end `pg_ctl stop` half-way.
        options.createSession = true
        return options
    }
}
