import Foundation
import Logging
import SystemPackage
import TestSupport

@testable import EmbeddedPostgreSQL

func newDirectory() async throws -> DataDirectory {
    DataDirectory(FilePath(try await scratchDirectory().path))
}

func start(in directory: DataDirectory) async throws(EmbeddedPostgreSQLError) -> EmbeddedPostgreSQL {
    try await EmbeddedPostgreSQL.start(
        in: directory.path, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
}

func withServer(_ body: (EmbeddedPostgreSQL, DataDirectory) async throws -> Void) async throws {
    let directory = try await newDirectory()
    let server = try await start(in: directory)
    try await body(server, directory)
    try await server.stop()
}

/// Replaces the contents and leaves the owner as it is.
func write(_ text: String, to path: FilePath) throws {
    let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite, .groupRead, .otherRead])
    try file.closeAfter { _ = try file.writeAll(text.utf8) }
}
