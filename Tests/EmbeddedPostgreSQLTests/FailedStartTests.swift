import Foundation
import Glibc
import Logging
import SystemPackage
import TestSupport
import Testing

@testable import EmbeddedPostgreSQL

/// Every failure is told with its cause and its mend.
@Suite struct FailedStartTests {
    @Test func withoutAServerTheSearchedFoldersAreNamed() async throws {
        let folder = try await newDirectory().path
        let error = try await failure(in: newDirectory(), searchPath: [folder])
        #expect(error.contains("not found together in any of \(folder)"))
        #expect(error.contains("apt-get install postgresql"))
    }

    @Test func aClusterOfAnotherMajorVersionIsLeftAlone() async throws {
        let directory = try await newDirectory()
        try await start(in: directory).stop()
        try write("9\n", to: directory.cluster.appending("PG_VERSION"))
        let error = try await failure(in: directory)
        #expect(error.contains("made by PostgreSQL 9, and only"))
        #expect(error.contains("pg_upgrade"))
    }

    @Test func aFolderOfOtherFilesIsNotTakenForACluster() async throws {
        let directory = try await newDirectory()
        try FileManager.default.createDirectory(atPath: directory.cluster.string, withIntermediateDirectories: true)
        try write("", to: directory.cluster.appending("notes"))
        try giveToServer(directory.cluster)
        #expect(try await failure(in: directory).contains("no PostgreSQL cluster"))
    }

    @Test func aServerThatDoesNotStartIsQuoted() async throws {
        let directory = try await newDirectory()
        try await start(in: directory).stop()
        let settings = directory.cluster.appending("postgresql.conf")
        try write("max_connections = many\n", to: settings)
        let error = try await failure(in: directory)
        #expect(error.contains(#"invalid value for parameter "max_connections": "many""#))
        #expect(error.contains(directory.log.string))
    }

    @Test(.enabled(if: geteuid() == 0, "only root can shut out the server's user"))
    func theFolderThatShutsOutTheServersUserIsNamed() async throws {
        let closed = try await closedFolder()
        let error = try await failure(in: DataDirectory(closed.appending("data")))
        #expect(error.contains("\(closed) is closed to it"))
        #expect(error.contains("chmod o+x \(closed)"))
    }

    @Test(.enabled(if: geteuid() == 0, "only root can shut out the server's user"))
    func theDefaultDirectoryIsElsewhereWhenTheWorkingDirectoryIsClosed() async throws {
        let chosen = try await EmbeddedPostgreSQL.defaultDirectory(
            workingDirectory: closedFolder(), fallback: "/var/lib/yizhan", logger: quiet)
        #expect(chosen == "/var/lib/yizhan")
    }

    @Test func theDefaultDirectoryIsInTheWorkingDirectory() async throws {
        let folder = try await newDirectory().path
        let chosen = try await EmbeddedPostgreSQL.defaultDirectory(workingDirectory: folder, logger: quiet)
        #expect(chosen == folder.appending(".yizhan"))
    }

    @Test(.enabled(if: geteuid() == 0, "only root can own what PostgreSQL refuses"))
    func aClusterOfRootsIsRefusedWithTheCommandThatGivesItAway() async throws {
        let directory = try await newDirectory()
        try FileManager.default.createDirectory(atPath: directory.cluster.string, withIntermediateDirectories: true)
        #expect(try await failure(in: directory).contains("chown -R postgres \(directory.cluster)"))
    }

    @Test(.enabled("tmpfs cannot be mounted here") { try await SmallDisk.isPossible() })
    func aDiskTooSmallForAClusterIsToldAndLeftClean() async throws {
        try await SmallDisk.with(megabytes: 8) { disk in
            let directory = DataDirectory(disk.appending("data"))
            let error = try await failure(in: directory)
            #expect(error.contains("is full"))
            let left = try FileManager.default.contentsOfDirectory(atPath: directory.path.string)
            #expect(Set(left) == ["lock", "postgresql.log", "run"])
        }
    }

    @Test(.enabled("tmpfs cannot be mounted here") { try await SmallDisk.isPossible() })
    func aDiskThatFilledUpIsToldAndTheDataIsThereWhenItHasSpaceAgain() async throws {
        try await SmallDisk.with(megabytes: 128) { disk in
            let directory = DataDirectory(disk.appending("data"))
            try await start(in: directory).stop()
            let ballast = disk.appending("ballast")
            try fill(ballast)
            #expect(try await failure(in: directory).contains("is full"))

            try FileManager.default.removeItem(atPath: ballast.string)
            try await start(in: directory).stop()
        }
    }

    // MARK: -

    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func failure(
        in directory: DataDirectory, searchPath: [FilePath] = ServerInstallation.defaultSearchPath
    ) async throws -> String {
        let error = await #expect(throws: EmbeddedPostgreSQLError.self) {
            try await EmbeddedPostgreSQL.start(in: directory.path, searchPath: searchPath, logger: quiet)
        }
        return try #require(error).description
    }

    private func closedFolder() async throws -> FilePath {
        let folder = try await newDirectory().path.appending("closed")
        try FileManager.default.createDirectory(
            atPath: folder.string, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        return folder
    }

    private func giveToServer(_ path: FilePath) throws {
        guard let account = geteuid() == 0 ? try ServerAccount.unprivileged() : nil else { return }
        #expect(chown(path.string, account.userID, account.groupID) == 0)
    }

    private func fill(_ path: FilePath) throws {
        let block = [UInt8](repeating: 0, count: 64 * 1024)
        let file = try FileDescriptor.open(path, .writeOnly, options: .create, permissions: .ownerReadWrite)
        try file.closeAfter {
            do {
                while try file.writeAll(block) > 0 {}
            } catch Errno.noSpace {
                return
            }
        }
    }
}
