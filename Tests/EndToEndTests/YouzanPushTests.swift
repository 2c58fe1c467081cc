import Crypto
import Foundation
import RelayCore
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct YouzanPushTests {
    private static let path = "/in/teahouse-youzan/messages"
    private static let secret = "a-client-secret-that-no-log-may-have"
    private static let success = #"{"code":0,"msg":"success"}"#

    /// Besides the app and the endpoint that every test has.
    private static let file = """
        merchants: [{name: teahouse}]
        apps:
          - name: teahouse-youzan
            merchant: teahouse
            platform: youzan
            client_id: youzan-client
            client_secret: \(secret)
        routes:
          - {app: teahouse-youzan, event: "trade_*", endpoint: erp}
        """

    private func with(
        relays: Int = 1, _ file: RelayFile = RelayFile(),
        merchant script: @escaping RecordingMerchant.Script = { _ in .issued },
        _ body: (RelayFixture) async throws -> Void
    ) async throws {
        try await RelayFixture.with(relays: relays, file, merchant: script) { fixture in
            try await fixture.apply(Self.file).requireSuccess()
            for relay in fixture.relays.indices {
                try await eventually("relay \(relay) has the app") {
                    try await self.post(#"{"test":true}"#, to: fixture, relay: relay).status == 200
                }
            }
            try await body(fixture)
        }
    }

    private func post(
        _ text: String, to fixture: RelayFixture, relay: Int = 0, contentType: String? = "application/json"
    ) async throws -> PlatformCaller.Reply {
        try await fixture.platform(of: relay).post(Array(text.utf8), path: Self.path, contentType: contentType)
    }

    private func push(
        _ id: String, tid: String?, type: String = "trade_TradePaid", sendCount: Int = 1, title: String = "奶茶"
    ) -> String {
        let content = tid.map { #"{"tid":"\#($0)","title":"\#(title)"}"# } ?? #"{"title":"\#(title)"}"#
        let message = PlatformCaller.escaped(content)
        let sign = Insecure.MD5.hash(data: Data("youzan-client\(message)\(Self.secret)".utf8))
            .map { String(format: "%02x", $0) }.joined()
        return """
            {"id":"\(id)","type":"\(type)","kdt_id":42587152,"status":"TRADE_PAID","version":1732240000,\
            "sendCount":\(sendCount),"test":false,"msg":"\(message)","sign":"\(sign)"}
            """
    }

    @Test func aSignedPushReachesTheMerchantAsRealJSON() async throws {
        try await with { fixture in
            let reply = try await post(push("m-1", tid: "E1"), to: fixture)
            #expect(reply.status == 200 && reply.text == Self.success)
            try await fixture.waitForState("delivered", of: "E1")
            let call = try #require(fixture.merchant.calls.first)
            #expect(call.isSigned(with: RelayFile.endpointSecret))
            #expect(call.json?["type"] == "trade_TradePaid")
            #expect(call.data?["msg"] == ["tid": "E1", "title": "奶茶"])
            #expect(call.data?["kdt_id"] == 42_587_152)
            #expect(call.data?["sign"] == nil)
            #expect(try await fixture.trace("E1").contains("trade_TradePaid by teahouse-youzan"))
            let log = try fixture.relays.map { try $0.log }.joined()
            #expect(!log.contains(Self.secret))
        }
    }

    @Test func thePlatformIsAnsweredBeforeASlowMerchantIs() async throws {
        try await with(merchant: { _ in try await MerchantAnswer.never() }) { fixture in
            let reply = try await post(push("m-1", tid: "E1"), to: fixture)
            #expect(reply.text == Self.success)
            #expect(reply.latency < .seconds(2))
            #expect(try await fixture.state(of: "E1") == "open")
        }
    }

    @Test func aPushThatIsSentAgainIsDeliveredOnce() async throws {
        try await with(relays: 2) { fixture in
            try await withThrowingTaskGroup { group in
                for copy in 1...40 {
                    group.addTask {
                        let reply = try await post(
                            push("m-1", tid: "E1", sendCount: copy), to: fixture, relay: copy % 2)
                        #expect(reply.text == Self.success)
                    }
                }
                try await group.waitForAll()
            }
            try await fixture.waitForState("delivered", of: "E1")
            #expect(try await fixture.sql("SELECT count(*) FROM yizhan.event") == "1")
            #expect(fixture.merchant.calls.count == 1)
            let other = try await post(push("m-1", tid: "E1", title: "咖啡"), to: fixture)
            #expect(other.json?["code"] == 1)
        }
    }

    @Test func messagesOfOneOrderReachTheMerchantInTheirOrder() async throws {
        // The first attempt of each fails, and none overtakes it.
        try await with(merchant: { $0.timesSeen % 2 == 1 ? .status(500) : .issued }) { fixture in
            for number in 1...5 {
                #expect(try await post(push("m-\(number)", tid: "E1"), to: fixture).text == Self.success)
            }
            try await eventually(within: .seconds(30), "all are delivered") {
                try await fixture.sql("SELECT count(*) FROM yizhan.outcome WHERE state = 'delivered'") == "5"
            }
            let ids = fixture.merchant.calls.compactMap { $0.data?["id"]?.stringValue }
            let firsts = ids.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            #expect(firsts == (1...5).map { "m-\($0)" })
        }
    }

    @Test func sendPlaysYouzanAndItsMessagesAreTakenInTurn() async throws {
        try await with { fixture in
            let platform = try fixture.platform
            let command = [
                "send", "youzan", "--url", "http://127.0.0.1:\(platform.port)\(Self.path)", "--client-id",
                "youzan-client",
                "--secret-env", "YZ_SECRET", "--json", "--field", "title=奶 茶",
            ]
            let sent = try await YizhanCommand.run(
                command + ["--order-no", "E", "--count", "5", "--repeat", "2", "--type", "trade_A,trade_B"],
                ["YZ_SECRET": Self.secret]
            ).requireSuccess().output
            #expect(sent.split(separator: "\n").count == 21)
            try await eventually(within: .seconds(30), "all are delivered") {
                try await fixture.sql("SELECT count(*) FROM yizhan.outcome WHERE state = 'delivered'") == "10"
            }
            #expect(Set(fixture.merchant.calls.map { $0.data?["msg"]?["title"] }) == ["奶 茶"])
            let wrong = try await YizhanCommand.run(command, ["YZ_SECRET": "another"])
            #expect(wrong.exitCode == 1)
            let test = try await YizhanCommand.run(command + ["--test"], ["YZ_SECRET": "another"]).requireSuccess()
            #expect(test.output.contains(#"\"code\":0"#))
            #expect(try await fixture.sql("SELECT count(*) FROM yizhan.event") == "10")
        }
    }

    @Test func whatIsWrongIsAnsweredInYouzansShapeAndStoredNowhere() async throws {
        try await with { fixture in
            let right = push("m-1", tid: "E1")
            let wrong: [(String, String)] = [
                (right.replacing("E1", with: "E2"), "签名错误"), ("{", "JSON"), ("[]", "JSON 对象"),
                (right.replacing(#""id":"m-1","#, with: ""), "id"),
                (push("m-2", tid: "E3", type: "item_Update"), "尚未配置接收方"),
            ]
            for (body, reason) in wrong {
                let reply = try await post(body, to: fixture)
                #expect(reply.status == 200)
                #expect(reply.json?["code"] == 1)
                #expect(reply.msg?.contains(reason) == true, "\(reply.text)")
            }
            #expect(try await post(right, to: fixture, contentType: "text/plain").status == 415)
            let get = try await fixture.platform.post([], method: "GET", path: Self.path)
            #expect(get.status == 405 && get.headers["allow"] == "POST")
            let large = try await post(String(repeating: " ", count: 64 * 1024 + 1), to: fixture)
            #expect(large.status == 413 && large.json?["code"] == 1)
            #expect(try await fixture.sql("SELECT count(*) FROM yizhan.event") == "0")
            #expect(
                try await fixture.metric(
                    #"yizhan_refused_calls_total{app="teahouse-youzan",reason="wrong_signature"}"#) == 1)
        }
    }

    @Test func aMerchantWhoSpeaksYouzansOwnFormatGetsItSignedAnew() async throws {
        var file = RelayFile()
        file.endpoints[0].format = "platform"
        try await with(file) { fixture in
            #expect(try await post(push("m-1", tid: "E1"), to: fixture).text == Self.success)
            try await fixture.waitForState("delivered", of: "E1")
            let call = try #require(fixture.merchant.calls.first?.json)
            let message = try #require(call["msg"]?.stringValue)
            let signed = "\(RelayFile.ownKey)\(message)\(RelayFile.ownSecret)"
            let sign = Insecure.MD5.hash(data: Data(signed.utf8)).map { String(format: "%02x", $0) }.joined()
            #expect(call["sign"] == .string(sign))
            #expect(call["id"] == "m-1")
        }
    }
}
