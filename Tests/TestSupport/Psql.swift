import EmbeddedPostgreSQL
import Subprocess
import SystemPackage

/// `psql` of an installation: for what tests must ask a database without the relay's own client.
package struct Psql: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let program: FilePath

    package init() async throws {
        guard let installation = try await ServerInstallation.all(in: ServerInstallation.defaultSearchPath).first else {
            throw Failure(description: "there is no PostgreSQL on this machine; make deps installs it")
        }
        program = installation.programs.appending("psql")
    }

    /// Runs one or more statements (128 kB of text at most), each in a transaction of its own.
    ///
    /// - Returns: the rows, one a line, columns parted by `|`, without a heading.
    @discardableResult
    package func callAsFunction(_ sql: String, on url: String) async throws -> String {
        // From standard input: the statements of one `-c` are one transaction, in which CREATE DATABASE is not allowed.
        // The shell holds the other end of the pipe: a psql that ends early must not leave SIGPIPE to the tests.
        let ended = try await run(
            .path("/bin/sh"),
            arguments: [
                "-c", #"printf '%s' "$2" | "$0" -X -q -A -t -v ON_ERROR_STOP=1 -d "$1""#, program.string, url, sql,
            ],
            output: .string(limit: 16 * 1024 * 1024), error: .string(limit: 1024 * 1024))
        guard ended.terminationStatus.isSuccess else {
            throw Failure(description: "psql: \(ended.standardError)")
        }
        return ended.standardOutput.hasSuffix("\n")
            ? String(ended.standardOutput.dropLast()) : ended.standardOutput
    }
}
