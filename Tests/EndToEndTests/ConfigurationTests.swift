import Foundation
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct ConfigurationTests {
    @Test func anAppliedChangeTakesEffectWithinASecondAndLosesNoCall() async throws {
        var moved = RelayFile()
        moved.endpoints.append(.standard("crm"))
        moved.routes = [.init(endpoint: "crm")]
        let file = moved
        try await RelayFixture.with { fixture in
            let platform = try fixture.platform
            let isOver = Gate()
            try await withThrowingTaskGroup(of: Int.self) { group in
                for caller in 0..<4 {
                    group.addTask {
                        var count = 0
                        while !isOver.isPassable {
                            let reply = try await platform.issue("c\(caller)-\(count)")
                            #expect(reply.msg == "已发放", "\(reply.text)")
                            count += 1
                        }
                        return count
                    }
                }
                try await fixture.merchant.waitForAnyCall(at: "/erp")
                let output = try await fixture.apply(file).requireSuccess().output
                let applied = ContinuousClock.now
                #expect(output.contains("+ endpoint crm"))
                #expect(output.contains("+ route of teahouse-rrx"))
                try await fixture.merchant.waitForAnyCall(at: "/crm")
                #expect(ContinuousClock.now - applied < .seconds(1))
                isOver.open()
                let sent = try await group.reduce(0, +)
                #expect(
                    try await fixture.sql("SELECT count(*) FROM yizhan.outcome WHERE state = 'delivered'") == "\(sent)")
            }
        }
    }

    @Test func aRotatedSecretIsInForceWithinASecond() async throws {
        try await RelayFixture.with { fixture in
            var platform = try fixture.platform
            platform.secret = "the-new-app-secret"
            #expect(try await platform.issue("before").result == 1)
            let text = try fixture.fileText().replacing("${RRX_SECRET}", with: platform.secret)
            let output = try await fixture.apply(text).requireSuccess().output
            #expect(output.contains("~ app teahouse-rrx: secret changed"))
            #expect(!output.contains(platform.secret))
            let rotated = platform
            try await eventually(within: .seconds(1), "the new secret is taken") {
                try await rotated.issue("after").result == 0
            }
        }
    }

    @Test func allProblemsOfAFileAreReportedWithTheirLinesAndNothingIsApplied() async throws {
        try await RelayFixture.with(relays: 0) { fixture in
            let before = try await fixture.configuration()
            let result = try await fixture.apply(
                """
                merchants:
                  - name: newcomer
                endpoints:
                  - name: broken
                    merchant: nobody
                    url: not-a-url
                    secret: ${NOT_SET_ANYWHERE}
                    timeout: soon
                routes:
                  - {app: no-such-app, event: "*", endpoint: nowhere}
                colour: blue
                """)
            #expect(result.exitCode == 1)
            for line in [5, 6, 7, 8, 10, 11] { #expect(result.errors.contains("relay.yaml:\(line): "), "line \(line)") }
            #expect(result.errors.contains("NOT_SET_ANYWHERE"))
            #expect(try await fixture.configuration() == before)
        }
    }

    @Test func aDryRunShowsTheDifferenceAndChangesNothing() async throws {
        try await RelayFixture.with(relays: 0) { fixture in
            let before = try await fixture.configuration()
            var file = RelayFile()
            file.endpoints[0].timeout = "7s"
            file.endpoints.append(.standard("crm"))
            let result = try await fixture.apply(file, "--dry-run").requireSuccess()
            #expect(result.output.contains("~ endpoint erp: timeout 5s → 7s"))
            #expect(result.output.contains("+ endpoint crm"))
            #expect(result.output.contains("nothing was changed"))
            #expect(try await fixture.configuration() == before)

            #expect(try await fixture.apply(file).requireSuccess().output.contains("~ endpoint erp: timeout 5s → 7s"))
            #expect(try await fixture.configuration() != before)
            #expect(try await fixture.apply(file).requireSuccess().output == "nothing to change\n")
        }
    }

    @Test func whatTheFileDoesNotNameStaysUnlessItIsPruned() async throws {
        var both = RelayFile()
        both.endpoints.append(.standard("crm"))
        try await RelayFixture.with(both) { fixture in
            let platform = try fixture.platform
            #expect(try await fixture.apply(RelayFile()).requireSuccess().output == "nothing to change\n")
            let names = "SELECT string_agg(name, ' ' ORDER BY name) FROM yizhan.endpoint WHERE removed_at IS NULL"
            #expect(try await fixture.sql(names) == "crm erp")
            let pruned = try await fixture.apply(RelayFile(), "--prune").requireSuccess()
            #expect(pruned.output == "- endpoint crm\n")
            #expect(try await fixture.sql(names) == "erp")
            #expect(try await platform.issue("still-here").result == 0)
        }
    }

    @Test func aRelayThatIsStartedWithAFileAppliesItFirstAndABadOneKeepsItFromStarting() async throws {
        try await RelayFixture.with(relays: 0) { fixture in
            let good = fixture.directory.appending(path: "good.yaml")
            let text = try fixture.fileText()
            try Data(text.replacing(RelayFile.app, with: "second-app").utf8).write(to: good)
            let relay = try await fixture.startRelay(["--config", good.path])
            var platform = PlatformCaller(port: try relay.platformPort)
            platform.app = "second-app"
            #expect(try await platform.issue("from-the-file").result == 0)

            let bad = fixture.directory.appending(path: "bad.yaml")
            try Data("merchants: 7\n".utf8).write(to: bad)
            let refused = try await YizhanCommand.run(
                ["serve", "--config", bad.path], database: fixture.database, in: fixture.directory)
            #expect(refused.exitCode == 1)
            #expect(refused.errors.contains("bad.yaml:1: "))
        }
    }

    @Test func secretsAreNotReadableInTheDatabaseNorUsableWithAnotherMasterKey() async throws {
        try await RelayFixture.with(relays: 0) { fixture in
            let rows = try await fixture.sql(
                "SELECT encode(sealed_secrets, 'escape') FROM yizhan.app UNION ALL "
                    + "SELECT encode(sealed_secrets, 'escape') FROM yizhan.endpoint")
            #expect(!rows.isEmpty)
            for secret in RelayFile.variables.values { #expect(!rows.contains(secret)) }
            let other = try await YizhanCommand.run(
                ["serve"], database: fixture.database,
                ["YIZHAN_MASTER_KEY": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="], in: fixture.directory)
            #expect(other.exitCode == 1)
            #expect(other.errors.contains("YIZHAN_MASTER_KEY"))
        }
    }
}
