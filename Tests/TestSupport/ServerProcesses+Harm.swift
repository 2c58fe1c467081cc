import EmbeddedPostgreSQL
import Glibc
import SystemPackage
import Testing

/// What tests do to a server and all its backends.
extension ServerProcesses {
    /// As if the power were cut. Returns when all are gone.
    static func kill(inside cluster: FilePath) async throws {
        try send(SIGKILL, inside: cluster)
        try await eventually("the killed server's processes are gone") { try inside(cluster).isEmpty }
    }

    /// Connections stay open, and nothing answers.
    static func pause(inside cluster: FilePath) throws {
        // Twice: a backend may have been born between the list and the signal. A stopped server has no more children.
        try send(SIGSTOP, inside: cluster)
        try send(SIGSTOP, inside: cluster)
    }

    static func resume(inside cluster: FilePath) throws {
        try send(SIGCONT, inside: cluster)
    }

    private static func send(_ signal: CInt, inside cluster: FilePath) throws {
        for process in try inside(cluster) where Glibc.kill(process, signal) != 0 && errno != ESRCH {
            throw Errno(rawValue: errno)
        }
    }
}
