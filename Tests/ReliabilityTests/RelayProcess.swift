import Foundation
import Glibc
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// One `yizhan serve`, in a process of its own.
final class RelayProcess: Sendable {
    /// In the history.
    let name: String
    let processID: pid_t
    private let logFile: URL
    /// What `waitpid` said; once it is known, the process's number may be another's.
    private let waitStatus = Mutex<CInt?>(nil)

    /// - Parameter directory: the relay's working directory, where its log goes. In the run's scratch directory, so that
    ///   the relay does not outlive the tests, however they end.
    init(named name: String, environment: [String: String], in directory: URL) throws {
        self.name = name
        self.logFile = directory.appending(path: "\(name).log")
        processID = try Self.spawn(
            // Under a name in the folder, by which a relay is known when the folder is cleared.
            [
                "/bin/sh", "-c", #"cd "$0" && ln -sf "$1" yizhan && exec "$0/yizhan" serve"#, directory.path,
                YizhanBinary.path,
            ],
            environment: environment, logging: logFile.path)
    }

    /// What it said so far.
    var log: String {
        get throws { try String(contentsOf: logFile, encoding: .utf8) }
    }

    /// The number that its leases and attempts carry in the database.
    var number: Int {
        get async throws { try await logged(after: "notice relay ") }
    }

    /// Where platforms call; known once the relay answers them.
    var port: Int {
        get async throws { try await logged(after: "platforms call here listen=127.0.0.1:") }
    }

    /// Where operators find health and metrics.
    var adminPort: Int {
        get async throws { try await logged(after: "health is here listen=127.0.0.1:") }
    }

    func kill() async throws {
        try send(SIGKILL)
        _ = try await waitForEnd()
    }

    func pause() throws {
        try send(SIGSTOP)
    }

    func resume() throws {
        try send(SIGCONT)
    }

    func tellToStop() throws {
        try send(SIGTERM)
    }

    /// - Returns: whether it ended by itself with exit code 0.
    func waitForEnd() async throws -> Bool {
        try await eventually(within: .seconds(30), "\(name) has ended") { try hasEnded() }
        return waitStatus.withLock { $0 == 0 }
    }

    /// Ends the process in whatever state it is.
    func end() async throws {
        guard try !hasEnded() else { return }
        try await kill()
    }

    private func hasEnded() throws -> Bool {
        try waitStatus.withLock { waitStatus in
            if waitStatus != nil { return true }
            var status: CInt = 0
            switch waitpid(processID, &status, WNOHANG) {
            case processID: waitStatus = status
            case 0: break
            default: throw Errno(rawValue: errno)
            }
            return waitStatus != nil
        }
    }

    private func send(_ signal: CInt) throws {
        try waitStatus.withLock { waitStatus in
            guard waitStatus == nil else { return }
            guard Glibc.kill(processID, signal) == 0 else { throw Errno(rawValue: errno) }
        }
    }

    /// The number behind a text in its log.
    private func logged(after text: String) async throws -> Int {
        var number: Int?
        try await eventually(within: .seconds(30), "\(name) logs \"\(text)…\"") {
            number = try log.firstRange(of: text).flatMap { Int(try log[$0.upperBound...].prefix(while: \.isNumber)) }
            return try number != nil || hasEnded()
        }
        guard let number else { throw RelayEnded(name: name, log: try log) }
        return number
    }

    private static func spawn(
        _ arguments: [String], environment: [String: String], logging log: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)

        let environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = environment.map { strdup($0) } + [nil]
        defer { for text in argv + envp { free(text) } }
        var processID: pid_t = 0
        let error = posix_spawn(&processID, arguments[0], &actions, nil, &argv, &envp)
        guard error == 0 else { throw Errno(rawValue: error) }
        return processID
    }
}

struct RelayEnded: Error, CustomStringConvertible {
    let name: String
    let log: String

    var description: String { "\(name) ended by itself:\n\(log)" }
}
