import Foundation
import RelayCore
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct MeituanAllianceTests {
    private static let ok = #"{"errcode":"0","errmsg":"ok"}"#
    private static let newKey = "a-new-callback-key-that-no-log-may-have"

    private func withAlliance(
        _ file: AllianceFile = AllianceFile(),
        merchant script: @escaping RecordingMerchant.Script = { _ in .status(200) },
        _ body: (RelayFixture, PlatformCaller) async throws -> Void
    ) async throws {
        try await RelayFixture.with(relays: 0, merchant: script) { fixture in
            try await fixture.apply(file.text(merchantPort: fixture.merchantPort)).requireSuccess()
            try await fixture.startRelay()
            try await body(fixture, try fixture.platform)
        }
    }

    private func push(
        _ orderNo: String, status: String, key: String = AllianceFile.callbackKey, to platform: PlatformCaller
    ) async throws -> PlatformCaller.Reply {
        let order = [("orderid", orderNo), ("type", "4"), ("status", status), ("smstitle", "美团外卖红包")]
        return try await platform.post(
            AllianceFile.signed(order, with: key), path: "/in/\(AllianceFile.app)/callback")
    }

    private func announce(_ parameters: PlatformCaller.Parameters, to platform: PlatformCaller) async throws
        -> PlatformCaller.Reply
    {
        try await platform.post(
            AllianceFile.signed(parameters, with: AllianceFile.apiSecret), path: "/in/\(AllianceFile.app)/callback")
    }

    @Test func theConsolesProbeIsAnswered() async throws {
        try await withAlliance { _, platform in
            let reply = try await platform.post(
                [], method: "GET", path: "/in/\(AllianceFile.app)/callback", contentType: nil)
            #expect(reply.status == 200)
            #expect(reply.text == Self.ok)
        }
    }

    @Test func aPushIsAnsweredOnceItIsStoredAndComesOnceHoweverOftenItIsPushed() async throws {
        try await withAlliance { fixture, platform in
            for _ in 0..<3 { #expect(try await push("100", status: "1", to: platform).text == Self.ok) }
            try await fixture.merchant.waitForAnyCall(at: "/erp")
            try await fixture.waitForState("delivered", of: "100")
            #expect(fixture.merchant.calls.map(\.type) == ["order.paid"])
            #expect(fixture.merchant.calls[0].isSigned(with: RelayFile.endpointSecret))
            let wrong = try await push("101", status: "1", key: AllianceFile.apiSecret, to: platform)
            #expect(wrong.json?["errcode"] == "1")
        }
    }

    @Test func theEventsOfAnOrderReachAMerchantThatFailsAtFirstInTheirOrder() async throws {
        let attempts = Attempts()
        try await withAlliance(AllianceFile(retry: "[50ms, 50ms, 50ms, 50ms]")) { call in
            // Each event fails at its first attempt, and some at their second.
            let attempt = await attempts.count(call.headers["webhook-id"] ?? "")
            let isStubborn = call.orderID?.hasSuffix("3") ?? false
            return attempt <= (isStubborn ? 2 : 1) ? .status(500) : .status(200)
        } _: { fixture, _ in
            try await YizhanCommand.run([
                "send", "meituan-alliance", "--url", try AllianceFile.callbackPath(of: fixture.relays[0]),
                "--secret-env", "MT_CALLBACK_KEY", "--order-no", "order", "--count", "20", "--status", "1,8,9",
                "--repeat", "2", "--json-body",
            ]).requireSuccess()
            try await eventually(within: .seconds(40), "all is delivered") {
                try await fixture.sql("SELECT count(*) FROM yizhan.outcome WHERE state = 'delivered'") == "60"
            }
            let calls = Dictionary(grouping: fixture.merchant.calls) { $0.orderID ?? "" }
            #expect(calls.count == 20)
            for (order, calls) in calls {
                let attempts = order.hasSuffix("3") ? 3 : 2
                let expected = ["order.paid", "order.completed", "order.refunded"].flatMap {
                    Array(repeating: $0, count: attempts)
                }
                #expect(calls.map(\.type) == expected, "order \(order)")
            }
        }
    }

    /// Three relays on one database, two of them killed in the middle of it.
    @Test func theEventsOfAnOrderStayInOrderThroughCrashesAndOnceEach() async throws {
        let orders = (1...40).map { "order-\($0)" }
        try await RelayFixture.with(
            relays: 0,
            merchant: { _ in
                try await Task.sleep(for: .milliseconds(.random(in: 0...80)))
                return Bool.random() ? .status(500) : .status(200)
            }
        ) { fixture in
            var file = AllianceFile(retry: "[" + Array(repeating: "100ms", count: 40).joined(separator: ", ") + "]")
            file.endpoint = ["timeout: 1s", "max_in_flight: 8"]
            try await fixture.apply(file.text(merchantPort: fixture.merchantPort)).requireSuccess()
            for _ in 0..<3 { try await fixture.startRelay() }
            try await withThrowingTaskGroup { group in
                for (index, order) in orders.enumerated() {
                    group.addTask {
                        for (step, status) in ["1", "0", "8", "9"].enumerated() {
                            // Whoever of them lives; a push that is not answered is pushed again.
                            var relay = (index + step) % 3
                            while true {
                                let reply = try? await push(order, status: status, to: fixture.platform(of: relay))
                                if reply?.text == Self.ok { break }
                                relay = (relay + 1) % 3
                            }
                        }
                    }
                }
                for relay in fixture.relays.prefix(2) {
                    let seen = fixture.merchant.calls.count
                    try await eventually(within: .seconds(20), "calls are made") {
                        fixture.merchant.calls.count > seen + 20
                    }
                    try await relay.crash()
                }
                try await group.waitForAll()
            }
            try await eventually(within: .seconds(60), "all is delivered") {
                try await fixture.sql("SELECT count(*) FROM yizhan.outcome WHERE state = 'delivered'") == "160"
            }
            #expect(try await fixture.sql("SELECT count(*) FROM yizhan.event") == "160")
            for order in orders {
                let types = fixture.merchant.calls.filter { $0.orderID == order }.map { $0.type ?? "" }
                let firsts = types.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
                #expect(firsts == ["order.paid", "order.changed", "order.completed", "order.refunded"], "\(order)")
                // Nor does an earlier event come again once a later one has begun.
                let ranks = types.compactMap(firsts.firstIndex)
                #expect(zip(ranks, ranks.dropFirst()).allSatisfy { $0 <= $1 }, "\(order): \(types)")
            }
        }
    }

    @Test func anAnnouncedKeyIsValidAtOnceAndTheOldOneForAWhile() async throws {
        try await withAlliance { fixture, platform in
            let sent = try await YizhanCommand.run(
                [
                    "send", "meituan-alliance", "--url", try AllianceFile.callbackPath(of: fixture.relays[0]),
                    "--secret-env", "MT_API_SECRET", "--announce-key", "--app-key", AllianceFile.appKey,
                    "--new-key-env", "NEW_KEY",
                ], ["NEW_KEY": Self.newKey]
            ).requireSuccess().output
            #expect(!sent.contains(Self.newKey))
            #expect(try await push("new", status: "1", key: Self.newKey, to: platform).text == Self.ok)
            #expect(try await push("old", status: "1", to: platform).text == Self.ok)

            try await eventually(within: .seconds(20), "the merchant hears of the key") {
                fixture.merchant.calls.contains { $0.type == "callback_key.rotated" }
            }
            let told = try #require(fixture.merchant.calls.first { $0.type == "callback_key.rotated" })
            #expect(told.data?["key"]?.stringValue == AllianceFile.appKey)
            let seen = fixture.merchant.calls.map { String(decoding: $0.body, as: UTF8.self) }
            #expect(!seen.contains { $0.contains(Self.newKey) })
            #expect(try !fixture.relays[0].log.contains(Self.newKey))
            try await fixture.waitForState("delivered", of: "new")
            let dump = try await fixture.sql(
                """
                SELECT a.* FROM yizhan.app AS a; SELECT encode(a.sealed_secrets, 'escape') FROM yizhan.app AS a;
                SELECT encode(e.body, 'escape'), e.* FROM yizhan.event AS e; SELECT * FROM yizhan.ops_log;
                SELECT * FROM yizhan.outcome
                """)
            #expect(dump.contains("callback_key.rotated"))
            #expect(!dump.contains(Self.newKey))
        }
    }

    @Test func anOldNoticeThatIsReplayedDoesNotBringTheOldKeyBack() async throws {
        try await withAlliance { fixture, platform in
            let now = Int64(Date().timeIntervalSince1970)
            func notice(_ key: String, at time: Int64) -> PlatformCaller.Parameters {
                [("key", AllianceFile.appKey), ("callbackKey", key), ("ts", String(time))]
            }
            #expect(try await announce(notice("first-key", at: now - 20), to: platform).text == Self.ok)
            #expect(try await announce(notice(Self.newKey, at: now - 10), to: platform).text == Self.ok)
            let replayed = try await announce(notice("first-key", at: now - 20), to: platform)
            #expect(replayed.json?["errcode"] == "1")
            #expect(try await push("after", status: "1", key: Self.newKey, to: platform).text == Self.ok)
            #expect(
                try await fixture.sql("SELECT count(*) FROM yizhan.event WHERE type = 'callback_key.rotated'") == "2")
        }
    }
}

/// How often each event has come.
private actor Attempts {
    private var counts: [String: Int] = [:]

    func count(_ id: String) -> Int {
        counts[id, default: 0] += 1
        return counts[id, default: 0]
    }
}
