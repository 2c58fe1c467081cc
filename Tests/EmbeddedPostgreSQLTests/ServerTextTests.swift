import Testing

@testable import EmbeddedPostgreSQL

/// What is read from the texts that PostgreSQL writes.
@Suite struct ServerTextTests {
    @Test(arguments: [
        ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 15), ("postgres (PostgreSQL) 18beta1", 18),
        ("postgres (PostgreSQL) 19devel", 19), ("postgres: command not found", nil),
    ])
    func theMajorVersionIsReadFromWhatTheServerSays(_ output: String, _ major: Int?) {
        #expect(ServerInstallation.majorVersion(in: output) == major)
    }

    @Test func aServerIsReadyWhenItsFileSaysSo() throws {
        let file = "4711\n/data/postgresql\n1700000000\n5432\n../run\n\n  1234 5678\nready   \n"
        let postmaster = try #require(Postmaster(file))
        #expect(postmaster.processID == 4711)
        #expect(postmaster.socketDirectory == "../run")
        #expect(postmaster.isReady)
        #expect(Postmaster(file.replacing("ready   ", with: "starting"))?.isReady == false)
    }

    @Test func aHalfWrittenFileIsNoReadyServer() {
        #expect(Postmaster("") == nil)
        #expect(Postmaster("4711\n/data/postgresql\n1700000000\n5432\n")?.isReady == false)
    }

    @Test func theLinesThatTellOfTroubleAreChosenFromALog() {
        let log = ["LOG:  starting", "FATAL:  no space", "HINT:  make some", "LOG:  database system is shut down"]
        #expect(ServerLog.relevant(log) == ["FATAL:  no space", "HINT:  make some"])
        #expect(ServerLog.relevant(["one", "two"]) == ["one", "two"])
    }
}
