import Foundation
import RelayCore
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct ReconciliationTests {
    /// Pushes orders in a status, a twentieth of which it drops; returns the numbers of those.
    private func push(
        _ orders: Set<String>, status: String, seed: Int, to relay: RelayProcess, listedIn file: URL
    ) async throws -> Set<String> {
        let sent = try await YizhanCommand.run([
            "send", "meituan-alliance", "--url", try AllianceFile.callbackPath(of: relay), "--secret-env",
            "MT_CALLBACK_KEY", "--order-no", "order", "--count", "\(orders.count)", "--status", status, "--drop-rate",
            "0.05", "--drop-seed", "\(seed)", "--orders", file.path, "--json",
        ]).requireSuccess().output.split(separator: "\n").map { try JSON(parsing: String($0)) }
        let pushed = Set(sent.compactMap { $0["order_no"]?.stringValue })
        #expect(sent.last?["summary"]?["dropped"]?.intValue == orders.count - pushed.count)
        return orders.subtracting(pushed)
    }

    @Test func ordersWhosePushesAreLostAreDeliveredAllTheSameAndOnce() async throws {
        try await RelayFixture.with(relays: 0, merchant: { _ in .status(200) }) { fixture in
            let file = fixture.directory.appending(path: "orders.jsonl")
            let sink = try await AllianceSink.start(
                "--orders", file.path, "--quota", "400", "--html-rate", "0.1", in: fixture.directory)
            let relayFile = AllianceFile(apiPort: sink.port, reconcile: "{every: 1s, overlap: 1h, types: [4]}")
            try await fixture.apply(relayFile.text(merchantPort: fixture.merchantPort)).requireSuccess()
            for _ in 0..<2 { try await fixture.startRelay() }

            let orders = Set((1...300).map { "order-\($0)" })
            for (status, type, relay) in [("1", "order.paid", 0), ("8", "order.completed", 1)] {
                let dropped = try await push(
                    orders, status: status, seed: relay + 7, to: fixture.relays[relay], listedIn: file)
                #expect(dropped.count > 3 && dropped.count < 40)
                try await eventually(within: .seconds(40), "every order is \(type) at the merchant") {
                    Set(fixture.merchant.calls.filter { $0.type == type }.compactMap(\.orderID)) == orders
                }
                let found = fixture.merchant.calls.filter { $0.type == type && $0.source == "reconcile" }
                #expect(dropped.isSubset(of: found.compactMap(\.orderID)))
            }
            // The list has been read to its end once more, so that what came both ways would have been seen twice.
            let covered = try await fixture.sql("SELECT max(completed_at) FROM yizhan.order_poll")
            try await eventually(within: .seconds(20), "the list is read again") {
                try await fixture.sql(
                    "SELECT count(*) FROM yizhan.order_poll WHERE completed_at > '\(covered)'") == "1"
            }
            // An attempt may be repeated; an event of its own would have an id of its own.
            #expect(Set(fixture.merchant.calls.map { $0.headers["webhook-id"] }).count == 2 * orders.count)
            #expect(Set(fixture.merchant.calls.map { "\($0.orderID ?? "") \($0.type ?? "")" }).count == 600)

            // Every call was counted before it was made, by whichever relay.
            for relay in fixture.relays {
                relay.send(signal: SIGTERM)
                #expect(try await relay.end() == .exit(0))
            }
            let calls = try sink.calls.filter { $0["what"] != "told of orders" }.count
            #expect(try await fixture.sql("SELECT sum(calls) FROM yizhan.api_quota") == "\(calls)")
            #expect(calls <= 400)
            #expect(
                try await fixture.sql("SELECT count(*) FROM yizhan.order_poll WHERE lease_until IS NOT NULL") == "0")
            for relay in fixture.relays { #expect(try !relay.log.contains(AllianceFile.apiSecret)) }
            try await sink.stop()
        }
    }

    @Test func aRelayThatIsKilledInTheMiddleOfTheListIsFollowedAtItsPage() async throws {
        try await RelayFixture.with(relays: 0, merchant: { _ in .status(200) }) { fixture in
            let file = fixture.directory.appending(path: "orders.jsonl")
            let now = Int64(Date().timeIntervalSince1970)
            let lines = (1...700).map {
                #"{"orderid":"order-\#($0)","status":1,"type":4,"modtime":\#(now - 600),"paytime":\#(now - 600)}"#
            }
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
            let sink = try await AllianceSink.start("--orders", file.path, "--delay", "1s", in: fixture.directory)
            let relayFile = AllianceFile(apiPort: sink.port, reconcile: "{every: 1h, overlap: 1h, types: [4]}")
            try await fixture.apply(relayFile.text(merchantPort: fixture.merchantPort)).requireSuccess()
            try await fixture.startRelay()
            try await eventually(within: .seconds(30), "two pages are stored") {
                try await fixture.sql("SELECT count(*) FROM yizhan.order_poll WHERE page >= 3") == "1"
            }
            try await fixture.relays[0].crash()
            let page = try #require(Int(try await fixture.sql("SELECT page FROM yizhan.order_poll")))
            let asked = try sink.calls.count
            // As if the minute of its lease were over.
            try await fixture.sql("UPDATE yizhan.order_poll SET lease_until = clock_timestamp()")
            try await fixture.startRelay()
            try await eventually(within: .seconds(30), "the list is read to its end") {
                try await fixture.sql("SELECT count(completed_at) FROM yizhan.order_poll") == "1"
            }
            let pages = try sink.calls.dropFirst(asked).compactMap { $0["page"]?.intValue }
            #expect(pages.min() == page, "nothing that was stored is asked for again")
            try await eventually(within: .seconds(30), "every order is delivered") {
                try await fixture.sql("SELECT count(*) FROM yizhan.outcome WHERE state = 'delivered'") == "700"
            }
            #expect(Set(fixture.merchant.calls.compactMap(\.orderID)).count == 700)
            try await sink.stop()
        }
    }

    @Test func atTheLimitCallsStopAndTheGaugeSaysSo() async throws {
        try await RelayFixture.with(relays: 0, merchant: { _ in .status(200) }) { fixture in
            let sink = try await AllianceSink.start(in: fixture.directory)
            let relayFile = AllianceFile(
                apiPort: sink.port, more: ["monthly_orders: 0"], reconcile: "{every: 1s, types: [4]}")
            try await fixture.apply(relayFile.text(merchantPort: fixture.merchantPort)).requireSuccess()
            try await fixture.sql(
                "INSERT INTO yizhan.api_quota (app_id, day, calls) SELECT a.id, yizhan.beijing_day(now()), 1998 FROM yizhan.app AS a"
            )
            for _ in 0..<2 { try await fixture.startRelay() }
            let gauge = "yizhan_quota_calls_left{app=\"\(AllianceFile.app)\"}"
            for relay in fixture.relays {
                try await eventually(within: .seconds(20), "the gauge says that no calls are left") {
                    try await PlatformCaller(port: relay.adminPort).post(
                        [], method: "GET", path: "/metrics", contentType: nil
                    ).text.contains("\(gauge) 0")
                }
            }
            #expect(try sink.calls.count == 2)
            let counted = try await fixture.sql("SELECT max(calls) FROM yizhan.api_quota")
            #expect(counted == "2000")
            #expect(
                try fixture.relays.flatMap { try $0.logLines(with: "the day's calls for orders are used up") }.count
                    == 2)

            // More orders, more calls.
            try await fixture.apply(
                relayFile.text(merchantPort: fixture.merchantPort)
                    .replacingOccurrences(of: "monthly_orders: 0", with: "monthly_orders: 1000")
            ).requireSuccess()
            try await eventually(within: .seconds(20), "a raise takes effect at once") { try sink.calls.count > 2 }
            try await sink.stop()
        }
    }

    @Test func whereThePlatformSaysThatTheCallsAreUsedUpNoneIsMadeAnyMore() async throws {
        try await RelayFixture.with(relays: 0, merchant: { _ in .status(200) }) { fixture in
            let sink = try await AllianceSink.start("--quota", "2", in: fixture.directory)
            let relayFile = AllianceFile(apiPort: sink.port, reconcile: "{every: 1s, types: [4]}")
            try await fixture.apply(relayFile.text(merchantPort: fixture.merchantPort)).requireSuccess()
            try await fixture.startRelay()
            try await eventually(within: .seconds(20), "the platform has said no") {
                try await fixture.sql("SELECT count(refused_at_limit) FROM yizhan.api_quota") == "1"
            }
            try await fixture.startRelay()
            try await eventually(within: .seconds(20), "the second relay knows") {
                try !fixture.relays[1].logLines(with: "the day's calls for orders are used up").isEmpty
            }
            #expect(try sink.calls.count == 3)
            #expect(
                try await fixture.metric(
                    "yizhan_order_list_calls_total{app=\"\(AllianceFile.app)\",result=\"quota_exceeded\"}") == 1)
            try await sink.stop()
        }
    }
}
