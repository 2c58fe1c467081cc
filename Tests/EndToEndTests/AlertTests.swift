import Foundation
import RelayCore
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct AlertTests {
    private static let token = "a-robots-token-that-no-log-may-have"

    private func alerts(_ robot: Int) -> String {
        """
        alerts:
          - name: ops-robot
            url: http://127.0.0.1:\(robot)/robot/send?access_token=\(Self.token)
            format: dingtalk
            breaker_open_for: 1s
          - name: pager
            url: http://127.0.0.1:\(robot)/pager
            format: standard
            secret: ${WHSEC}
            on: [endpoint_paused]
        """
    }

    @Test func operatorsAreToldOnceHoweverManyRelaysThereAre() async throws {
        try await RecordingMerchant.with({ call in
            // The robot wants to be asked again.
            call.timesSeen == 1 && call.path == "/robot/send" ? .json(#"{"errcode":130101}"#) : .json(#"{"errcode":0}"#)
        }) { robot, robotPort in
            var file = RelayFile()
            file.wait = "0"
            file.endpoints = [.standard("erp"), .standard("till")]
            file.endpoints[0].retry = "[]"
            file.routes = [.init(endpoint: "erp", copies: ["till"])]
            file.sections = alerts(robotPort)
            try await RelayFixture.with(
                relays: 2, file, merchant: { $0.path == "/till" ? .status(410) : .status(500) }
            ) { fixture in
                #expect(try await fixture.platform.issue("doomed").result == 0)
                func texts() -> [String] {
                    robot.calls.filter { $0.path == "/robot/send" }
                        .compactMap { $0.json?["text"]?["content"]?.stringValue }
                }
                try await eventually(within: .seconds(40), "the robot has both") { Set(texts()).count == 2 }
                let delivered = """
                    SELECT e.order_no, count(*), max(o.attempts) FROM yizhan.event AS e
                    JOIN yizhan.outcome AS o ON o.event_id = e.id AND o.endpoint_id = e.reply_endpoint_id
                    JOIN yizhan.endpoint AS p ON p.id = o.endpoint_id
                    WHERE o.state = 'delivered' AND p.name = 'alert:ops-robot' GROUP BY 1 ORDER BY 1
                    """
                try await eventually(within: .seconds(40), "both were taken, one at the second try") {
                    try await fixture.sql(
                        "SELECT count(*) FROM yizhan.outbox AS q JOIN yizhan.event AS e ON e.id = q.event_id WHERE e.app_id = -1"
                    )
                        == "0"
                }
                let rows = try await fixture.sql(delivered).split(separator: "\n")
                #expect(rows.map { $0.split(separator: "|")[0] } == ["dead_letters:erp", "endpoint_paused:till"])
                #expect(rows.allSatisfy { $0.split(separator: "|")[1] == "1" })
                let paused = try #require(texts().first { $0.contains("yizhan resume till") })
                #expect(paused.contains("已暂停") && paused.contains("HTTP 410") && paused.contains("teahouse"))
                #expect(texts().contains { $0.contains("1 deliveries to endpoint erp") })

                let page = robot.calls.filter { $0.path == "/pager" }
                #expect(page.count == 1)
                #expect(page[0].isSigned(with: RelayFile.endpointSecret))
                #expect(page[0].json?["type"] == "alert.endpoint_paused" && page[0].data?["endpoint"] == "till")

                // Another look of either relay finds nothing new.
                try await fixture.sql("UPDATE yizhan.chore SET begun_at = begun_at - interval '1 hour'")
                try await eventually("they have looked again") {
                    try await fixture.sql(
                        "SELECT begun_at > now() - interval '30 minutes' FROM yizhan.chore WHERE name = 'alerts'")
                        == "t"
                }
                #expect(try await fixture.sql("SELECT count(*) FROM yizhan.event WHERE app_id = -1") == "3")
                #expect(try await fixture.trace("endpoint_paused:till").contains("delivered: alert:ops-robot"))
                for relay in fixture.relays { #expect(try !relay.log.contains(Self.token)) }
            }
        }
    }

    @Test func aRobotsTokenIsSealedAndNeverShown() async throws {
        try await RelayFixture.with(relays: 0) { fixture in
            let file = try fixture.fileText()
            let added = try await fixture.apply(file + alerts(1))
            #expect(added.output.contains("+ endpoint alert:ops-robot") && !added.output.contains(Self.token))
            let changed = try await fixture.apply(file + alerts(1).replacing(Self.token, with: "another-\(Self.token)"))
            #expect(changed.output.contains("~ endpoint alert:ops-robot: secret changed"))
            #expect(!changed.output.contains(Self.token))
            let stored = try await fixture.sql(
                "SELECT p.*, encode(p.sealed_secrets, 'escape') FROM yizhan.endpoint AS p")
            #expect(stored.contains("http://127.0.0.1:1/robot/send|") && !stored.contains(Self.token))
            let wrong = try await fixture.apply(
                file + alerts(1).replacing("send?access_token=", with: "send/").replacing("/pager", with: ""))
            #expect(wrong.exitCode == 1 && wrong.errors.contains("its token behind a ?"))
            #expect(!wrong.errors.contains(Self.token))
        }
    }

    @Test func anEndpointWhoseBreakerStaysOpenIsTold() async throws {
        try await RecordingMerchant.with({ _ in .json(#"{"errcode":0}"#) }) { robot, robotPort in
            var file = RelayFile()
            file.wait = "0"
            file.sections = alerts(robotPort)
            try await RelayFixture.with(file, merchant: { _ in .status(503) }) { fixture in
                let platform = try fixture.platform
                for number in 1...30 { #expect(try await platform.issue("order-\(number)").result == 0) }
                try await eventually(within: .seconds(40), "the robot hears of it") {
                    robot.calls.contains {
                        $0.json?["text"]?["content"]?.stringValue?.contains(
                            "Endpoint erp of merchant teahouse keeps failing")
                            ?? false
                    }
                }
            }
        }
    }
}
