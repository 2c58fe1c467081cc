import Foundation
import Glibc
import Logging
import SystemPackage
import TestSupport
import Testing

@testable import EmbeddedPostgreSQL

@Suite struct EmbeddedPostgreSQLTests {
    @Test func theFirstStartMakesASafeClusterThatOnlyItsSocketLeadsTo() async throws {
        try await withServer { server, _ in
            let settings = try await psql(
                """
                SELECT current_setting('data_checksums'), current_setting('fsync'), current_setting('full_page_writes'),
                    current_setting('synchronous_commit'), current_setting('server_encoding'),
                    current_setting('listen_addresses'), current_setting('unix_socket_permissions'),
                    current_setting('TimeZone'), current_database()
                """, on: server.connectionURL)
            #expect(settings == "on|on|on|on|UTF8||0700|UTC|yizhan")
        }
    }

    @Test func onlyTheServersUserMayEnterWhereTheSocketAndTheDataAre() async throws {
        try await withServer { _, directory in
            for path in [directory.cluster, directory.sockets] {
                let permissions = try Stat(path).permissions
                #expect(permissions == .ownerReadWriteExecute)
            }
            let log = try Stat(directory.log)
            #expect(log.permissions == .ownerReadWrite)
            // The master key lies there, so it stays the relay's.
            let whole = try Stat(directory.path)
            #expect(whole.userID.rawValue == geteuid())
        }
    }

    @Test func aSecondStartFindsTheDataOfTheFirst() async throws {
        let directory = try await newDirectory()
        let first = try await start(in: directory)
        try await psql("CREATE TABLE kept AS SELECT 1 AS value", on: first.connectionURL)
        try await first.stop()

        let second = try await start(in: directory)
        #expect(try await psql("SELECT value FROM kept", on: second.connectionURL) == "1")
        try await second.stop()
    }

    @Test func stoppingEndsEveryProcessOfTheServerAndMayBeRepeated() async throws {
        let directory = try await newDirectory()
        let server = try await start(in: directory)
        #expect(try !ServerProcesses.inside(directory.cluster).isEmpty)
        try await server.stop()
        #expect(try ServerProcesses.inside(directory.cluster).isEmpty)
        try await server.stop()
    }

    @Test func aCancelledTaskStillStopsTheServer() async throws {
        let directory = try await newDirectory()
        let server = try await start(in: directory)
        await #expect(throws: Never.self) {
            try await withThrowingTaskGroup { group in
                group.addTask { try await server.stop() }
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        #expect(try ServerProcesses.inside(directory.cluster).isEmpty)
    }

    @Test func theServerIsInASessionOfItsOwn() async throws {
        try await withServer { _, directory in
            let postmaster = try #require(try directory.runningServer()).processID
            #expect(getsid(postmaster) == postmaster)
        }
    }

    @Test func aServerThatARelayLeftBehindIsAdopted() async throws {
        let directory = try await newDirectory()
        let first = try await startAndVanish(in: directory)
        let second = try await start(in: directory)
        #expect(try directory.runningServer()?.processID == first)
        #expect(try await psql("SELECT 1", on: second.connectionURL) == "1")
        try await second.stop()
    }

    @Test func aKilledServerIsStartedAnewWithEverythingItCommitted() async throws {
        let directory = try await newDirectory()
        let first = try await start(in: directory)
        try await psql("CREATE TABLE kept AS SELECT 1 AS value", on: first.connectionURL)
        let postmaster = try #require(try directory.runningServer()).processID
        #expect(kill(postmaster, SIGKILL) == 0)
        try await first.stop()
        #expect(try FileSystem.text(of: directory.cluster.appending("postmaster.pid")) != nil)

        let second = try await start(in: directory)
        #expect(try await psql("SELECT value FROM kept", on: second.connectionURL) == "1")
        try await second.stop()
    }

    @Test func aProcessNumberThatNowBelongsToAnotherServerIsNotMistakenForThisOne() async throws {
        try await withServer { _, other in
            let directory = try await newDirectory()
            try await start(in: directory).stop()
            let foreign = try #require(try FileSystem.text(of: other.cluster.appending("postmaster.pid")))
            try write(foreign, to: directory.cluster.appending("postmaster.pid"))

            let server = try await start(in: directory)
            let running = try #require(try directory.runningServer()).processID
            #expect(try running != other.runningServer()?.processID)
            try await server.stop()
        }
    }

    @Test func aSecondRelayIsRefusedWithTheNumberOfTheFirst() async throws {
        try await withServer { _, directory in
            let refusal = await #expect(throws: EmbeddedPostgreSQLError.self) {
                try await start(in: directory)
            }
            #expect(refusal?.description.contains("another relay (pid \(getpid()))") == true)
        }
    }

    @Test func whatAKilledInitdbLeftIsSweptAway() async throws {
        let directory = try await newDirectory()
        let leftover = directory.path.appending("postgresql.new")
        try FileManager.default.createDirectory(atPath: leftover.string, withIntermediateDirectories: true)
        try write("15\n", to: leftover.appending("PG_VERSION"))
        let server = try await start(in: directory)
        #expect(try FileSystem.status(of: leftover) == nil)
        try await server.stop()
    }

    @Test(arguments: [String(repeating: "long-", count: 30), #"a $HOME "b" 'c' `d`, 数据"#])
    func aDirectoryMayHaveAnyName(_ name: String) async throws {
        let directory = DataDirectory(try await newDirectory().path.appending(name))
        let first = try await startAndVanish(in: directory)
        let adopted = try await start(in: directory)
        #expect(try directory.runningServer()?.processID == first)
        #expect(try await psql("SELECT current_database()", on: adopted.connectionURL) == "yizhan")
        try await adopted.stop()
    }

    // MARK: -

    @discardableResult
    private func psql(_ sql: String, on url: String) async throws -> String {
        try await Psql()(sql, on: url)
    }

    private func startAndVanish(in directory: DataDirectory) async throws -> Int32 {
        // The value goes, and with it the lock, as with a relay that was killed.
        _ = try await start(in: directory)
        return try #require(try directory.runningServer()).processID
    }
}
