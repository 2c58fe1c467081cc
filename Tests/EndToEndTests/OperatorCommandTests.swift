import Foundation
import RelayCore
import TestSupport
import Testing

/// `yizhan requeue`, `cancel`, `pause` and `resume` beside a running relay, which hears of them from the database.
@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct OperatorCommandTests {
    @Test func aRequeuedOrderIsDeliveredOnceMoreWithinASecond() async throws {
        try await RelayFixture.with { fixture in
            #expect(try await fixture.platform.issue("again").result == 0)
            let done = try await fixture.run("requeue", "again", "--app", RelayFile.app).requireSuccess()
            let doneAt = ContinuousClock.now
            #expect(done.output.split(separator: "\n").count == 2)
            #expect(done.output.contains("erp       delivered  "))
            try await fixture.merchant.waitForCalls(2, of: "again")
            #expect(fixture.merchant.calls[1].arrivedAt - doneAt < .seconds(1))
            try await fixture.waitForState("delivered", of: "again")

            let json = try JSON(
                parsing: try await fixture.run("requeue", "again", "--endpoint", "erp", "--json").requireSuccess()
                    .output)
            #expect(json["previous_state"] == "delivered")
            #expect(json["event_id"]?.stringValue == fixture.merchant.calls[0].headers["webhook-id"])
            try await fixture.merchant.waitForCalls(3, of: "again")
        }
    }

    @Test func whatWasExhaustedIsDeliveredInBulkAndADryRunTouchesNothing() async throws {
        let isRepaired = Gate()
        var file = RelayFile()
        file.wait = "100ms"
        file.endpoints[0].retry = "[]"
        try await RelayFixture.with(file) { _ in
            isRepaired.isPassable ? .issued : .status(500)
        } _: { fixture in
            for number in 1...5 { _ = try await fixture.platform.issue("dead-\(number)") }
            for number in 1...5 { try await fixture.waitForState("exhausted", of: "dead-\(number)") }
            isRepaired.open()
            let tables = ["outcome", "outbox", "attempt", "ops_log", "tally"]
                .map { "SELECT * FROM yizhan.\($0) ORDER BY 1, 2, 3;" }.joined()
            let before = try await fixture.sql(tables)
            let dry = try await fixture.run("requeue", "--state", "exhausted", "--since", "1h", "--dry-run")
            #expect(try dry.requireSuccess().output.hasPrefix("5 exhausted deliveries would be requeued\n"))
            #expect(try await fixture.sql(tables) == before)

            let older = try await fixture.run("requeue", "--state", "exhausted", "--until", "1h", "--json")
            #expect(try JSON(parsing: try older.requireSuccess().output)["requeued"] == 0)
            let anHourAgo = try await fixture.sql(
                "SELECT to_char(now() AT TIME ZONE 'Asia/Shanghai' - interval '1 hour', 'YYYY-MM-DD HH24:MI')")
            let local = try await YizhanCommand.run(
                ["requeue", "--state", "exhausted", "--since", anHourAgo, "--dry-run", "--json"],
                database: fixture.database, ["TZ": "Asia/Shanghai"])
            #expect(try JSON(parsing: try local.requireSuccess().output)["requeued"] == 5)

            let some = try await fixture.run(
                "requeue", "--state", "exhausted", "--endpoint", "erp", "--since", "2001-01-01", "--max-rows", "3",
                "--spread",
                "500ms")
            #expect(try some.requireSuccess().output.hasPrefix("3 exhausted deliveries to erp requeued, due one after"))
            #expect(some.output.contains("--max-rows"))
            try await eventually("three are delivered") {
                try await fixture.sql("SELECT count(*) FROM yizhan.outcome WHERE state = 'delivered'") == "3"
            }
            try await fixture.run("requeue", "--state", "exhausted").requireSuccess()
            for number in 1...5 { try await fixture.waitForState("delivered", of: "dead-\(number)") }
            #expect(fixture.merchant.calls.count == 10)
        }
    }

    @Test func whatIsCancelledDuringAHangingAttemptCannotSettleAnyMore() async throws {
        let gate = Gate()
        var file = RelayFile()
        file.wait = "100ms"
        file.endpoints[0].timeout = "30s"
        try await RelayFixture.with(file) { _ in
            try await gate.pass()
            return .issued
        } _: { fixture in
            #expect(try await fixture.platform.issue("held").result == 0)
            try await fixture.merchant.waitForCalls(of: "held")
            let done = try await fixture.run("cancel", "held", "--reason", "客户已退款").requireSuccess()
            #expect(done.output.contains("in flight"))
            let fenced = "yizhan_fenced_writes_total"
            #expect(try await fixture.metric(fenced) == 0)
            gate.open()
            try await eventually("the late result is thrown away") { try await fixture.metric(fenced) == 1 }
            #expect(try await fixture.state(of: "held") == "cancelled")
            let trace = try await fixture.trace("held")
            #expect(trace.contains("cancelled: erp"))
            #expect(trace.contains("客户已退款"))
            #expect(!trace.contains("delivered"))

            let again = try await fixture.run("cancel", "held")
            #expect(again.exitCode == 1)
            #expect(again.errors == "nothing of order held is open, so nothing was cancelled\n")
            #expect(again.output.isEmpty)
        }
    }

    @Test func aPauseHoldsWithinASecondAndAResumeDeliversWithinOne() async throws {
        var file = RelayFile()
        file.wait = "100ms"
        try await RelayFixture.with(file) { fixture in
            let platform = try fixture.platform
            #expect(try await platform.issue("before").result == 0)
            try await fixture.waitForState("delivered", of: "before")
            let paused = try await fixture.run("pause", "erp", "--reason", "盘点").requireSuccess()
            let pausedAt = ContinuousClock.now
            #expect(paused.output.split(separator: "\n").last?.hasSuffix("paused: 盘点") == true)
            var isHeld = false
            while !isHeld, ContinuousClock.now - pausedAt < .seconds(1) {
                isHeld = try await platform.issue("probe-\(UUID().uuidString)").text.contains(file.pendingMessage)
            }
            #expect(isHeld)
            let requeued = try await fixture.run("requeue", "--state", "delivered", "--max-rows", "1")
            #expect(requeued.errors == "endpoint erp is paused: what goes there waits for yizhan resume erp\n")
            let calls = fixture.merchant.calls.count
            #expect(try await platform.issue("waits").text.contains(file.pendingMessage))
            #expect(fixture.merchant.calls.count == calls)

            let resumed = try await fixture.run("resume", "erp", "--json").requireSuccess()
            let resumedAt = ContinuousClock.now
            #expect(try JSON(parsing: resumed.output)["paused"] == false)
            try await fixture.merchant.waitForCalls(of: "waits")
            #expect(fixture.merchant.calls(of: "waits")[0].arrivedAt - resumedAt < .seconds(1))
            let again = try await fixture.run("resume", "erp").requireSuccess()
            #expect(again.errors == "endpoint erp was not paused\n")
        }
    }

    @Test(arguments: [
        (["pause", "epr"], "there is no endpoint 'epr'\nDid you mean erp? Endpoints are: erp."),
        (["resume", "er"], "Did you mean erp?"),
        (["requeue", "known", "--app", "teahouse-rx"], "Did you mean teahouse-rrx?"),
        (["requeue", "known", "--endpoint", "erpp"], "Did you mean erp?"),
        (["requeue", "unknown"], "order unknown is not known"),
        (["requeue", "--state", "exhausetd"], "Did you mean exhausted?"),
        (["requeue", "--state", "refused", "--endpoint", "epr"], "Did you mean erp?"),
        (["cancel", "known", "--app", "tehouse-rrx"], "Did you mean teahouse-rrx?"),
        (["status", "--rejections", "--app", "teahouse-rx"], "Did you mean teahouse-rrx?"),
    ])
    func aWrongNameExitsWith1AndSuggestsARightOne(command: [String], advice: String) async throws {
        try await RelayFixture.with { fixture in
            _ = try await fixture.platform.issue("known")
            let result = try await YizhanCommand.run(command, database: fixture.database)
            #expect(result.exitCode == 1)
            #expect(result.errors.contains(advice))
            #expect(result.output.isEmpty)
            #expect(try await fixture.sql("SELECT count(*) FROM yizhan.ops_log WHERE action <> 'apply'") == "0")
        }
    }

    @Test func aLoginThatIsNothingButAnOperatorCanUseAllOfThem() async throws {
        try await RelayFixture.with { fixture in
            _ = try await fixture.platform.issue("theirs")
            let login = "ops_\(UUID().uuidString.filter { $0 != "-" }.lowercased())"
            try await fixture.sql("CREATE ROLE \(login) LOGIN")
            let database = try fixture.database.replacing(Regex("//[^@]*@"), with: "//\(login)@")
            let turnedAway = try await YizhanCommand.run(["status"], database: database)
            #expect(turnedAway.exitCode == 1)
            #expect(turnedAway.errors.contains("Let this database user be granted the role yizhan_ops."))

            try await fixture.sql("GRANT yizhan_ops TO \(login)")
            let commands = [
                ["status", "--rejections", "--reconciliation", "--app", RelayFile.app],
                ["status", "--json", "--fail-on", "difference", "--fail-on", "dead=1"], ["trace", "theirs"],
                ["pause", "erp"], ["requeue", "theirs"], ["cancel", "theirs"], ["resume", "erp"],
                ["requeue", "--state", "cancelled", "--spread", "1s"],
            ]
            for command in commands {
                try await YizhanCommand.run(command, database: database).requireSuccess()
            }
            let actions = try await fixture.sql("SELECT action FROM yizhan.ops_log WHERE who = '\(login)' ORDER BY id")
            #expect(actions == "pause\nrequeue\ncancel\nresume\nrequeue_settled")
            try await fixture.sql("DROP ROLE \(login)")
        }
    }
}
