import Foundation
import TestSupport
import Testing

/// One `yizhan serve`, as a process of its own.
actor RelayProcess {
    enum End: Equatable, Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    nonisolated let processID: pid_t
    private nonisolated let logFile: URL
    private let process: Process

    private init(process: Process, logFile: URL) {
        self.process = process
        self.processID = process.processIdentifier
        self.logFile = logFile
    }

    /// Returns once the process runs; it may not answer yet.
    ///
    /// - Parameter openFiles: how many files and sockets it may have open; nil for as many as the tests may.
    static func launch(
        _ arguments: [String] = [], environment: [String: String], openFiles: Int? = nil, in directory: URL
    ) throws -> RelayProcess {
        try launch(command: ["serve"] + arguments, environment: environment, openFiles: openFiles, in: directory)
    }

    /// Another command that goes on until it is told to stop.
    static func launch(
        command: [String], environment: [String: String], openFiles: Int? = nil, in directory: URL
    ) throws -> RelayProcess {
        let logFile = directory.appending(path: "relay-\(UUID().uuidString.prefix(8)).log")
        try Data().write(to: logFile)
        let log = try FileHandle(forWritingTo: logFile)
        let process = Process()
        let program = try program(in: directory)
        if let openFiles {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "ulimit -n \(openFiles) && exec \"$0\" \"$@\"", program.path] + command
        } else {
            process.executableURL = program
            process.arguments = command
        }
        process.environment = environment
        // A folder that is cleared after the tests, processes and all.
        process.currentDirectoryURL = directory
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        try process.run()
        try log.close()
        return RelayProcess(process: process, logFile: logFile)
    }

    /// Under a name in the folder, by which a relay is known when the folder is cleared.
    private static func program(in directory: URL) throws -> URL {
        let name = directory.appending(path: "yizhan-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createSymbolicLink(
            at: name, withDestinationURL: URL(fileURLWithPath: YizhanCommand.path))
        return name
    }

    /// Everything that it has logged so far.
    nonisolated var log: String {
        get throws { try String(contentsOf: logFile, encoding: .utf8) }
    }

    nonisolated func logLines(with text: String) throws -> [Substring] {
        try log.split(separator: "\n").filter { $0.contains(text) }
    }

    /// Returns once platforms are answered, or throws with the log.
    func waitUntilReady() async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try port("platforms call here") == nil || port("health is here") == nil {
            guard process.isRunning, .now < deadline else {
                throw Failure(description: "the relay \(process.isRunning ? "is not ready" : "ended"): \(try log)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Where platforms call.
    nonisolated var platformPort: Int {
        get throws { try requirePort("platforms call here") }
    }

    nonisolated var adminPort: Int {
        get throws { try requirePort("health is here") }
    }

    nonisolated func send(signal: CInt) {
        // It fails only where the process has ended, and then there is nothing to do.
        _ = kill(processID, signal)
    }

    /// How the process ended, once it has.
    func end(within limit: Duration = .seconds(30)) async throws -> End {
        try await eventually(within: limit, "the relay ends") { !process.isRunning }
        return process.terminationReason == .exit
            ? .exit(process.terminationStatus) : .signal(process.terminationStatus)
    }

    /// Ends the process as a power cut would.
    func crash() async throws {
        if process.isRunning { send(signal: SIGKILL) }
        _ = try await end()
    }

    private nonisolated func port(_ message: String) throws -> Int? {
        try log.firstMatch(
            of: try Regex(#"\#(message)[", ]+listen[":=]+127\.0\.0\.1:([0-9]+)[\s"]"#, as: (Substring, Substring).self)
        )
        .flatMap { Int($0.output.1) }
    }

    private nonisolated func requirePort(_ message: String) throws -> Int {
        guard let port = try port(message) else { throw Failure(description: "not ready: \(try log)") }
        return port
    }
}
