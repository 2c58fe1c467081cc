import Foundation
import PostgreSQL
import TestSupport
import Testing

@Suite(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/fd"))) struct LeakTests {
    /// In a process of its own, as it counts what the whole process holds.
    @Test func connectionsLeaveNeitherThreadsNorDescriptors() async {
        await #expect(processExitsWith: .success) {
            let configuration = try await PostgresConfiguration.fresh()
            func openAndDrop(_ count: Int) async throws {
                for number in 0..<count {
                    let connection = try await PostgresConnection.open(configuration)
                    try await connection.query("SELECT 1")
                    if number.isMultiple(of: 2) { await connection.close() }
                    _ = try? await PostgresConnection.open(PostgresConfiguration("host=/nonexistent"))
                }
            }
            func held(_ what: String) throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/\(what)").count
            }
            try await openAndDrop(5)
            let (threads, descriptors) = (try held("task"), try held("fd"))
            try await openAndDrop(100)
            // Swift's own pool may still grow by a thread or two; a leak would be a hundred.
            try await eventually("threads have ended") { try held("task") <= threads + 8 }
            try await eventually("descriptors are closed") { try held("fd") <= descriptors + 8 }
        }
    }
}
