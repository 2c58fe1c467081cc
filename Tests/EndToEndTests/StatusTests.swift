import Foundation
import RelayCore
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct StatusTests {
    @Test func itTellsOfEachEndpointWhatWaitsAndWhatBecameOfTheRest() async throws {
        var file = RelayFile()
        file.wait = "100ms"
        file.endpoints = [.standard("erp"), .standard("审计")]
        file.endpoints[1].url = "http://127.0.0.1:1/"
        file.endpoints[1].retry = "[]"
        file.routes = [.init(endpoint: "erp", copies: ["审计"])]
        try await RelayFixture.with(file) { fixture in
            _ = try await fixture.platform.issue("told")
            try await fixture.waitForState("exhausted", of: "told", at: "审计")
            try await fixture.sql("SELECT yizhan.pause('erp', '盘点')")
            try await fixture.sql("SELECT FROM yizhan.requeue('told', NULL, 'erp')")

            let text = try await fixture.run("status").requireSuccess().output
            let lines = text.split(separator: "\n")
            #expect(lines[1].hasPrefix("endpoint  due  scheduled  in flight  oldest due  dead in 1h"))
            #expect(lines[2].hasPrefix("erp         1          0          0"))
            #expect(lines[2].hasSuffix("paused: 盘点"))
            #expect(lines[3].hasPrefix("审计        0          0          0           -           1"))
            #expect(text.contains("1 events accepted; deliveries: 1 delivered, 0 refused, 1 exhausted"))
            #expect(text.contains("reconciliation  balances"))
            #expect(!text.contains("\u{1B}"))

            let json = try JSON(parsing: try await fixture.run("status", "--json", "--reconciliation").output)
            let erp = json["endpoints"]?.arrayValue?.first
            #expect(erp?["due"] == 1)
            #expect(erp?["paused_reason"] == "盘点")
            #expect(json["last_hour"]?["exhausted"] == 1)
            #expect(json["dead_letters"] == 1)
            #expect(json["differences"] == [])
            let day = json["reconciliation"]?.arrayValue?.first
            #expect(day?["accepted"] == 2)
            #expect(day?["open"] == 1)
            #expect(day?["dead"] == 1)
        }
    }

    @Test func itExitsWith3AndNamesTheConditionsThatAreMet() async throws {
        var file = RelayFile()
        file.wait = "100ms"
        try await RelayFixture.with(file) { fixture in
            let conditions = ["oldest=1ms", "due=1", "dead=1", "refused=1", "paused", "difference"]
            let command = ["status"] + conditions.flatMap { ["--fail-on", $0] }
            let healthy = try await YizhanCommand.run(command, database: fixture.database).requireSuccess()
            #expect(healthy.errors.isEmpty)

            try await fixture.sql("SELECT yizhan.pause('erp', '盘点')")
            try await fixture.startRelay()
            _ = try await fixture.platform(of: 1).issue("waits")
            let ill = try await YizhanCommand.run(command, database: fixture.database)
            #expect(ill.exitCode == 3)
            let named = ill.errors.split(separator: "\n").map { $0.prefix { $0 != ":" } }
            #expect(named == ["oldest=1ms", "due=1", "paused"])
            #expect(ill.output.contains("paused: 盘点"))

            // Broken on purpose.
            try await fixture.sql("DELETE FROM yizhan.outbox")
            let broken = try await fixture.run("status", "--fail-on", "difference")
            #expect(broken.exitCode == 3)
            #expect(broken.output.contains("DOES NOT BALANCE"))
            #expect(broken.errors.contains("\(RelayFile.app): 1 delivery missing"))
        }
    }

    @Test func itShowsWhyCallsWereRefusedAndOfTheAppThatIsNamed() async throws {
        try await RelayFixture.with { fixture in
            try await fixture.sql(
                """
                SELECT yizhan.record_refused_calls(
                    ARRAY[a.id, 0], '{0,0}', '{signature,unknown_app}', '{sign differs,NULL}', '{192.0.2.7,192.0.2.8}',
                    ARRAY['["order_no","备注"]', '[]']::jsonb[])
                FROM yizhan.app AS a
                """)
            let told = try await fixture.run("status", "--rejections").requireSuccess().output
            #expect(told.contains("192.0.2.7  signature: sign differs  order_no, 备注"))
            #expect(told.contains("192.0.2.8  unknown_app"))
            let json = try JSON(
                parsing: try await fixture.run("status", "--rejections", "--app", RelayFile.app, "--json").output)
            let calls = json["rejections"]?.arrayValue
            #expect(calls?.count == 1)
            #expect(calls?.first?["parameters"] == ["order_no", "备注"])
        }
    }

    @Test func aWatchInAPipeWritesAnObjectALineUntilAConditionIsMet() async throws {
        try await RelayFixture.with { fixture in
            let watch = try RelayProcess.launch(
                command: ["status", "--watch", "0.2", "--json", "--fail-on", "paused"],
                environment: YizhanCommand.environment(database: fixture.database), in: fixture.directory)
            try await eventually("it has looked twice") { try watch.logLines(with: #""endpoints""#).count > 1 }
            try await fixture.run("pause", "erp").requireSuccess()
            #expect(try await watch.end() == .exit(3))
            let lines = try watch.log.split(separator: "\n")
            #expect(lines.last == "paused: erp")
            for line in lines.dropLast() { #expect(try JSON(parsing: String(line))["at"] != nil) }
        }
    }

    @Test func aWatchEndsWith1WhereThereIsNothingToWatch() async throws {
        try await TestCluster.shared().withDatabase { database in
            let empty = try await YizhanCommand.run(["status", "--watch"], database: database)
            #expect(empty.exitCode == 1)
            #expect(empty.errors.contains("Run yizhan migrate first."))
        }
        let away = try await YizhanCommand.run(["status", "--watch"], database: "postgresql://127.0.0.1:1/nothing")
        #expect(away.exitCode == 1)
        #expect(away.errors.contains("127.0.0.1"))
    }

    @Test func aWatchOutlivesItsDatabaseAndEndsWith0OnCtrlC() async throws {
        try await withStoppableCluster { cluster in
            try await RelayFixture.with(relays: 0, on: cluster) { fixture in
                let watch = try RelayProcess.launch(
                    command: ["status", "--watch", "0.2"],
                    environment: YizhanCommand.environment(database: fixture.database), in: fixture.directory)
                func looks() throws -> Int { try watch.logLines(with: "reconciliation  balances").count }
                try await eventually("it looks") { try looks() > 0 }
                try await cluster.crash()
                try await eventually("it says that the database is away") { try watch.log.contains("connect") }
                let before = try looks()
                try await cluster.start()
                try await eventually("it looks again") { try looks() > before }
                watch.send(signal: SIGINT)
                #expect(try await watch.end() == .exit(0))
            }
        }
    }

    @Test func aWatchOnATerminalDrawsOverItselfAndInColour() async throws {
        try await RelayFixture.with { fixture in
            try await fixture.run("pause", "erp").requireSuccess()
            let typescript = fixture.directory.appending(path: "typescript")
            async let ended = YizhanCommand.runOnTerminal(
                "status --watch 0.2 --fail-on difference", database: fixture.database, typescript: typescript)
            var shown = ""
            try await eventually("two frames are drawn") {
                shown = (try? String(contentsOf: typescript, encoding: .utf8)) ?? ""
                return shown.split(separator: "\u{1B}[H").count > 2
            }
            #expect(shown.split(separator: "\u{1B}[2J").count == 2)
            #expect(shown.contains("\u{1B}[31mpaused\u{1B}[0m"))
            #expect(shown.contains("\u{1B}[?7h"))
            // Broken on purpose, so that it ends.
            try await fixture.sql(
                """
                INSERT INTO yizhan.tally (event_day, minute, app_id, what, shard, count)
                SELECT now()::date, '-infinity', a.id, 'accepted', 16, 1 FROM yizhan.app AS a
                """)
            #expect(try await ended.exitCode == 3)

            let plain = try await YizhanCommand.runOnTerminal(
                "status", database: fixture.database, ["NO_COLOR": "1"], typescript: typescript)
            #expect(plain.exitCode == 0)
            let text = try String(contentsOf: typescript, encoding: .utf8)
            #expect(text.contains("paused"))
            #expect(!text.contains("\u{1B}"))
        }
    }
}
