import TestSupport
import Testing

@Suite struct TestClusterTests {
    @Test func everyTestHasADatabaseOfItsOwnCopiedFromATemplateThatIsFilledOnce() async throws {
        let cluster = try await TestCluster.shared()
        try await withThrowingTaskGroup { group in
            for number in 0..<8 {
                group.addTask {
                    let template = try await cluster.template(named: "template_of_the_tests_own") { url in
                        try await cluster.psql("CREATE TABLE filled AS SELECT 1 AS value", on: url)
                    }
                    try await cluster.withDatabase(template: template) { url in
                        try await cluster.psql("INSERT INTO filled VALUES (\(number) + 10)", on: url)
                        let rows = try await cluster.psql("SELECT value FROM filled ORDER BY value", on: url)
                        #expect(rows == "1\n\(number + 10)")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func aDatabaseIsGoneAfterItsScope() async throws {
        let cluster = try await TestCluster.shared()
        let url = try await cluster.withDatabase { url in url }
        await #expect(throws: Psql.Failure.self) {
            try await cluster.psql("SELECT 1", on: url)
        }
    }

    @Test func aClusterCanBeCrashedPausedAndStoppedAndKeepsItsData() async throws {
        try await withStoppableCluster { cluster in
            try await cluster.psql("CREATE TABLE kept AS SELECT 1 AS value", on: cluster.url)
            try await cluster.crash()
            await #expect(throws: Psql.Failure.self) {
                try await cluster.psql("SELECT 1", on: cluster.url)
            }
            try await cluster.start()
            #expect(try await cluster.psql("SELECT value FROM kept", on: cluster.url) == "1")

            try await cluster.stop()
            try await cluster.start()
            try await cluster.pause()
            async let answer = cluster.psql("SELECT value FROM kept", on: cluster.url)
            try await cluster.resume()
            #expect(try await answer == "1")
        }
    }

    @Test func whatNeverComesTrueFailsTheTest() async throws {
        try await withKnownIssue {
            try await eventually(within: .milliseconds(50), "pigs fly") { false }
        } matching: { issue in
            issue.comments.contains("it did not come true within 0.05 seconds that pigs fly")
        }
    }
}
