import Foundation
import RelayCore
import Subprocess
import SystemPackage
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct MetricsTests {
    /// Traffic of every kind: issued, refused by the merchant, failed for good, sent again, refused at the door.
    private static func traffic(_ fixture: RelayFixture) async throws {
        let platform = try fixture.platform
        for orderNo in ["good-1", "good-2", "good-2"] { #expect(try await platform.issue(orderNo).result == 0) }
        #expect(try await platform.issue("no-1").result == 1)
        _ = try await platform.issue("bad-1", goods: "bad")
        var stranger = platform
        stranger.secret = "not-the-apps"
        _ = try await stranger.issue("forged")
        stranger.app = "nobody"
        _ = try await stranger.issue("lost")
        _ = try await platform.post([], path: "/somewhere")
        try await fixture.waitForState("exhausted", of: "bad-1", at: "broken")
        try await fixture.waitForState("refused", of: "no-1")
    }

    private static func with(_ body: (RelayFixture) async throws -> Void) async throws {
        var file = RelayFile()
        file.wait = "1s"
        file.endpoints.append(.standard("broken"))
        file.routes.insert(.init(goods: "bad", endpoint: "broken"), at: 0)
        try await RelayFixture.with(file) { call in
            if call.path == "/broken" { return .status(500) }
            return call.orderNo == "no-1" ? .json(#"{"result":1,"msg":"无货"}"#) : .issued
        } _: { fixture in
            try await traffic(fixture)
            try await body(fixture)
        }
    }

    @Test func prometheussOwnParserFindsNoFaultWithThem() async throws {
        let python = try await PythonEnvironment.interpreter()
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "Python/check_metrics.py").path
        try await Self.with { fixture in
            let text = try await fixture.operators("/metrics").text
            let checked = try await run(
                .path(FilePath(python)), arguments: [script], input: .string(text),
                output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
            #expect(checked.terminationStatus.isSuccess, "\(checked.standardError)")
            let lines = checked.standardOutput.split(separator: "\n")
            #expect(lines.dropLast() == [])
            let families = try #require(lines.last?.split(separator: " ").first.flatMap { Int($0) })
            #expect(families > 25)
        }
    }

    @Test func theyCountWhatHappened() async throws {
        try await Self.with { fixture in
            let expected: [(String, Double)] = [
                (#"yizhan_accepted_events_total{app="teahouse-rrx"}"#, 4),
                (#"yizhan_repeated_events_total{app="teahouse-rrx"}"#, 1),
                (#"yizhan_accepted_deliveries_total{endpoint="erp"}"#, 3),
                (#"yizhan_refused_calls_total{app="teahouse-rrx",reason="wrong_signature"}"#, 1),
                (#"yizhan_refused_calls_total{app="",reason="unknown_app"}"#, 1),
                (#"yizhan_answer_duration_seconds_count{app="teahouse-rrx"}"#, 6),
                (#"yizhan_answer_duration_seconds_count{app=""}"#, 2),
                (#"yizhan_attempts_total{endpoint="erp",result="delivered"}"#, 2),
                (#"yizhan_attempts_total{endpoint="broken",result="failed"}"#, 2),
                (#"yizhan_attempt_duration_seconds_count{endpoint="broken"}"#, 3),
                (#"yizhan_delivery_latency_seconds_count{endpoint="erp"}"#, 2),
                (#"yizhan_delivery_latency_seconds_count{endpoint="broken"}"#, 0),
                (#"yizhan_settled_deliveries_total{endpoint="erp",state="refused"}"#, 1),
                (#"yizhan_settled_deliveries_total{endpoint="broken",state="exhausted"}"#, 1),
                (#"yizhan_in_flight_calls{endpoint="erp"}"#, 0),
                ("yizhan_settle_lateness_seconds_count", 6), ("yizhan_inbox_depth_events", 0),
                ("yizhan_fenced_writes_total", 0), ("yizhan_database_up", 1),
                ("yizhan_database_waiting_borrowers", 0), (#"yizhan_build_info{version="0.1.0"}"#, 1),
            ]
            for (series, value) in expected { #expect(try await fixture.metric(series) == value, "\(series)") }
            let text = try await fixture.operators("/metrics").text
            for value in ["forged", "nobody", "somewhere", "good-1"] { #expect(!text.contains(value)) }
        }
    }

    @Test func whatWaitsIsSeenAndAnEndpointThatIsGoneIsNot() async throws {
        var file = RelayFile()
        file.wait = "0s"
        file.endpoints.append(.standard("spare"))
        try await RelayFixture.with(relays: 0, file) { fixture in
            try await fixture.sql("SELECT * FROM yizhan.pause('erp', 'a test')")
            let relay = try await fixture.startRelay()
            let text = try await fixture.operators("/metrics").text
            for series in [
                #"yizhan_accepted_events_total{app="teahouse-rrx"}"#,
                #"yizhan_accepted_deliveries_total{endpoint="erp"}"#,
                #"yizhan_settled_deliveries_total{endpoint="erp",state="exhausted"}"#,
                #"yizhan_attempts_total{endpoint="erp",result="failed"}"#,
            ] {
                #expect(text.contains("\(series) 0\n"), "a rate needs a value to begin with")
            }
            _ = try await fixture.platform.issue("waits")
            try await eventually(within: .seconds(25), "what waits is seen") {
                try await fixture.metric(#"yizhan_due_deliveries{endpoint="erp"}"#) == 1
            }
            #expect(try await fixture.metric(#"yizhan_endpoint_paused{endpoint="erp"}"#) == 1)
            #expect(try await fixture.metric(#"yizhan_oldest_due_age_seconds{endpoint="erp"}"#) > 0)
            #expect(
                try await fixture.operators("/metrics").text.contains(#"yizhan_due_deliveries{endpoint="spare"} 0"#))

            file.endpoints.removeLast()
            try await fixture.apply(file, "--prune").requireSuccess()
            try await eventually(within: .seconds(25), "the gauges of the endpoint that is gone are gone") {
                let gone = ["yizhan_due_deliveries", "yizhan_oldest_due_age_seconds", "yizhan_in_flight_calls"]
                let text = try await fixture.operators("/metrics").text
                return gone.allSatisfy { !text.contains(#"\#($0){endpoint="spare"}"#) }
            }
            #expect(try relay.logLines(with: "the backlog could not be looked at").isEmpty)
        }
    }

    @Test func aDatabaseThatIsAwayIsSeenAndSoIsThatItIsBack() async throws {
        try await withStoppableCluster { cluster in
            try await RelayFixture.with(on: cluster) { fixture in
                try await eventually("the database is in reach") { try await fixture.metric("yizhan_database_up") == 1 }
                try await cluster.stop()
                try await eventually(within: .seconds(20), "the database is away") {
                    try await fixture.operators("/metrics").text.contains("\nyizhan_database_up 0.0\n")
                }
                try await cluster.start()
                try await eventually(within: .seconds(20), "the database is in reach again") {
                    try await fixture.metric("yizhan_database_up") == 1
                }
                #expect(try await fixture.metric("yizhan_database_reconnects_total") > 0)
            }
        }
    }
}
