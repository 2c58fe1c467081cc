import Foundation
import RelayCore
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct KeyTests {
    private static let old = YizhanCommand.masterKey
    private static let new = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
    private static let everySealedValue = """
        SELECT a.sealed_secrets AS sealed FROM yizhan.app AS a WHERE a.removed_at IS NULL
        UNION ALL SELECT e.sealed_secrets FROM yizhan.endpoint AS e WHERE e.removed_at IS NULL
        UNION ALL SELECT s.sealed_link FROM yizhan.shop_authorization AS s
        UNION ALL SELECT t.sealed_token FROM yizhan.access_token AS t
        """

    private func keys(_ fixture: RelayFixture, _ command: String..., keys: String) async throws -> YizhanCommand.Result
    {
        try await YizhanCommand.run(
            ["keys"] + command, database: fixture.database, ["YIZHAN_MASTER_KEY": keys], in: fixture.directory)
    }

    /// How many values each key has sealed.
    private func counts(_ fixture: RelayFixture) async throws -> [String] {
        try await fixture.sql(
            """
            SELECT encode(substr(v.sealed, 2, 4), 'hex'), count(*) FROM (\(Self.everySealedValue)) AS v
            GROUP BY 1 ORDER BY 2 DESC, 1
            """
        ).split(separator: "\n").map(String.init)
    }

    @Test func theKeyIsRotatedUnderRunningRelaysAndAKilledRotationGoesOn() async throws {
        try await SinkProcess.with(["meituan-voucher"], in: try await scratchDirectory()) { _, gateway in
            try await YouzanStandIn.with { cloud in
                var file = RelayFile()
                file.endpoints = [.standard("erp"), .youzan("shop", port: cloud.port)]
                file.routes = [.init(endpoint: "erp", copies: ["shop"])]
                file.sections = "meituan_voucher: {base_url: \"http://127.0.0.1:\(gateway)\"}"
                try await RelayFixture.with(file) { fixture in
                    try await fixture.run("meituan", "authorize", "--shop", "1").requireSuccess()
                    let poured = try await Pouring.calls(to: try fixture.platform) { pouring in
                        try await rotate(fixture, while: pouring)
                    }
                    #expect(poured.problems == [])
                    #expect(poured.answered > 100)
                    try await eventually(within: .seconds(60), "all is delivered, to both") {
                        try await fixture.sql("SELECT count(*) FROM yizhan.outbox") == "0"
                    }
                    let outcomes = "SELECT count(DISTINCT o.event_id) * 2 = count(*) FROM yizhan.outcome AS o"
                    #expect(try await fixture.sql("\(outcomes) WHERE o.state = 'delivered'") == "t")
                    #expect(try await fixture.sql("SELECT count(*) FROM yizhan.attempt") == "0", "none failed")
                    #expect(try cloud.tokenRequests.count == 1, "the token outlived its key")
                }
            }
        }
    }

    private func rotate(_ fixture: RelayFixture, while pouring: Pouring) async throws {
        try await pouring.waitForCalls(20)
        try await replaceRelay(of: fixture, keys: "\(Self.old),\(Self.new)", while: pouring)
        try await replaceRelay(of: fixture, keys: "\(Self.new),\(Self.old)", while: pouring)
        #expect(try await counts(fixture).count == 1)

        // Somebody holds on to the last of the rows: the rotation waits in its middle, and is killed there.
        async let isCutOff = hold(fixture)
        let sleeper = "FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND wait_event = 'PgSleep'"
        try await eventually("the row is held") { try await fixture.sql("SELECT count(*) \(sleeper)") == "1" }
        let rotation = try RelayProcess.launch(
            command: ["keys", "rotate"],
            environment: YizhanCommand.environment(
                database: fixture.database, ["YIZHAN_MASTER_KEY": "\(Self.new),\(Self.old)"]),
            in: fixture.directory)
        try await eventually(within: .seconds(30), "the rotation waits for the row") {
            try await fixture.sql(
                """
                SELECT count(*) FROM pg_stat_activity AS a WHERE a.wait_event_type = 'Lock' AND a.query LIKE '%access_token%'
                """) == "1"
        }
        try await rotation.crash()
        try await fixture.sql("SELECT pg_terminate_backend(pid) \(sleeper)")
        #expect(await isCutOff)
        #expect(try await counts(fixture).count == 2, "it was in its middle")
        let half = try await keys(fixture, "status", keys: "\(Self.new),\(Self.old)")
        #expect(half.exitCode == 3 && half.errors.contains("needed by 1 values: run yizhan keys rotate"))

        let done = try await keys(fixture, "rotate", keys: "\(Self.new),\(Self.old)").requireSuccess().output
        #expect(done == "1 values are encrypted with the first key now\n")
        let again = try await keys(fixture, "rotate", keys: "\(Self.new),\(Self.old)").requireSuccess().output
        #expect(again == "nothing to encrypt anew\n")
        let status = try await keys(fixture, "status", "--json", keys: Self.new).requireSuccess().output
        let told = try JSON(parsing: status)
        #expect(told["rank"] == "first" && told["values"] == ["apps": 1, "endpoints": 2, "links": 1, "tokens": 1])
        #expect(try await counts(fixture) == ["\(told["key"]?.stringValue ?? "")|5"], "nothing needs the old key")
        #expect(
            try await fixture.sql(
                """
                SELECT string_agg(l.arguments ->> 'what' || ' ' || l.row_count, ', ' ORDER BY l.id)
                FROM yizhan.ops_log AS l WHERE l.action = 'rotate_keys'
                """) == "apps 1, endpoints 2, links 1, tokens 1")

        try await replaceRelay(of: fixture, keys: Self.new, while: pouring)
        let link = try await YizhanCommand.run(
            ["meituan", "authorize", "--shop", "1", "--kept"], database: fixture.database,
            ["YIZHAN_MASTER_KEY": Self.new])
        #expect(try link.requireSuccess().output.hasPrefix("https://meituan.com/"))
    }

    /// Holds on to an access token's row until the session is ended; returns whether it was.
    private func hold(_ fixture: RelayFixture) async -> Bool {
        do {
            try await fixture.sql("BEGIN; SELECT 1 FROM yizhan.access_token FOR UPDATE; SELECT pg_sleep(600)")
            return false
        } catch {
            return true
        }
    }

    /// As operators restart relays: the next one answers before this one goes.
    private func replaceRelay(of fixture: RelayFixture, keys: String, while pouring: Pouring) async throws {
        let last = try #require(fixture.relays.last)
        let next = try await fixture.startRelay([], ["YIZHAN_MASTER_KEY": keys])
        try await pouring.move(to: PlatformCaller(port: try next.platformPort))
        last.send(signal: SIGTERM)
        #expect(try await last.end() == .exit(0))
        try await pouring.waitForCalls(40)
    }

    @Test func withoutTheOldKeyEachPlaceIsNamedAndTheExitCodeIsOne() async throws {
        try await RelayFixture.with(relays: 0) { fixture in
            let before = try await fixture.sql(Self.everySealedValue)
            let failed = try await keys(fixture, "rotate", keys: Self.new)
            #expect(failed.exitCode == 1 && failed.output == "nothing to encrypt anew\n")
            #expect(failed.errors.contains("app/\(RelayFile.app)") && failed.errors.contains("endpoint/erp"))
            #expect(failed.errors.contains("2 values stay as they were"))
            #expect(try await fixture.sql(Self.everySealedValue) == before)

            let status = try await keys(fixture, "status", keys: Self.new)
            #expect(status.exitCode == 3 && status.output.contains("missing"))
            let none = try await YizhanCommand.run(
                ["keys", "rotate"], database: fixture.database, ["YIZHAN_MASTER_KEY": ""])
            #expect(none.exitCode == 1 && none.errors.contains("YIZHAN_MASTER_KEY is not set"))
        }
    }

    @Test func aGeneratedKeyIsOneAndEachIsAnother() async throws {
        let keys = [
            try await YizhanCommand.run(["keys", "generate"]).requireSuccess().output,
            try await YizhanCommand.run(["keys", "generate"]).requireSuccess().output,
        ]
        #expect(keys[0] != keys[1])
        for key in keys {
            #expect(key.hasSuffix("\n"))
            #expect(Data(base64Encoded: String(key.dropLast()))?.count == 32)
        }
    }

    @Test func theKeyFileOfTheEmbeddedDatabaseIsRotatedWhileItsRelayRests() async throws {
        try await RecordingMerchant.with({ _ in .issued }) { _, port in
            let directory = try await scratchDirectory()
            let data = directory.appending(path: "data")
            let environment = YizhanCommand.environment(database: nil, ["YIZHAN_DATA_DIR": data.path])
            let file = directory.appending(path: "relay.yaml")
            try Data(RelayFile().text(merchantPort: port).utf8).write(to: file)
            func keyFile() throws -> String {
                try String(contentsOf: data.appending(path: "master.key"), encoding: .utf8)
            }
            func rotate() async throws -> YizhanCommand.Result {
                try await YizhanCommand.run(["keys", "rotate"], ["YIZHAN_DATA_DIR": data.path])
            }

            let relay = try RelayProcess.launch(["--config", file.path], environment: environment, in: directory)
            try await relay.waitUntilReady()
            let old = try keyFile()
            let refused = try await rotate()
            #expect(refused.exitCode == 1)
            #expect(refused.errors.contains("process \(relay.processID) uses"))
            #expect(refused.errors.contains("stop that relay, run `yizhan keys rotate` once more, and start it again"))
            #expect(try keyFile() == old)
            relay.send(signal: SIGTERM)
            #expect(try await relay.end() == .exit(0))

            // A run that was interrupted has left both keys in the file.
            let begun = "\(Self.new),\(old)"
            try Data(begun.utf8).write(to: data.appending(path: "master.key"))
            let done = try await rotate().requireSuccess().output
            #expect(done.contains("2 values are encrypted with the first key now"))
            #expect(try keyFile() == Self.new + "\n")
            // And one from the beginning makes a key of its own.
            #expect(try await rotate().requireSuccess().output.contains("2 values"))
            #expect(try keyFile().count == Self.new.count + 1 && keyFile() != Self.new + "\n")

            let next = try RelayProcess.launch([], environment: environment, in: directory)
            try await next.waitUntilReady()
            #expect(try await PlatformCaller(port: next.platformPort).issue("after").msg == "已发放")
            next.send(signal: SIGTERM)
            #expect(try await next.end() == .exit(0))
        }
    }
}
