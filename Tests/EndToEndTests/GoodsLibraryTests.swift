import Foundation
import RelayCore
import Synchronization
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct GoodsLibraryTests {
    private static let path = "/in/\(RelayFile.app)/goods/list"

    private static let configured = """
        goods:
          - {app: \(RelayFile.app), code: zp_001, name: 酒水1, image: "https://image.rrx.cn/p/a.jpg", price: 1.23}
          - {app: \(RelayFile.app), code: zp_002, name: 龙井茶 Dragon Well, price: 88}
          - {app: \(RelayFile.app), code: zp_003, name: 普洱茶 PU'ER, price: 0.1, login_ids: [north]}
          - {app: \(RelayFile.app), code: zp_004, name: 酒水2, price: 1234567890.5}
        """

    /// The merchant's own library, at the endpoint `library`.
    private static func askedThrough(networks: String = "[127.0.0.0/8]") -> RelayFile {
        var file = RelayFile()
        file.endpoints.append(RelayFile.Endpoint(name: "library", format: "platform", timeout: "500ms"))
        file.appLines = ["goods_library: {endpoint: library, cache: 0s}"]
        file.privateNetworks = networks
        return file
    }

    private func ask(
        _ platform: PlatformCaller, _ more: PlatformCaller.Parameters = [], page: String? = "1", limit: String = "10"
    ) async throws -> PlatformCaller.Reply {
        let time = Int64(Date().timeIntervalSince1970 * 1_000)
        var parameters: PlatformCaller.Parameters = [
            ("app_key", RelayFile.appKey), ("time_stamp", "\(time)"), ("limit", limit),
        ]
        if let page { parameters.append(("page", page)) }
        return try await platform.post(platform.form(parameters + more), path: Self.path)
    }

    private func codes(_ reply: PlatformCaller.Reply) -> [String] {
        (reply.json?["data"]?["rows"]?.arrayValue ?? []).compactMap { $0["goods_code"]?.stringValue }
    }

    @Test func theConfiguredGoodsAreFoundByNamePageAndAccount() async throws {
        var file = RelayFile()
        file.sections = Self.configured
        try await RelayFixture.with(file) { fixture in
            let platform = try fixture.platform
            let all = try await ask(platform)
            #expect(all.status == 200 && all.headers["content-type"] == "application/json")
            #expect(
                all.text.hasPrefix(
                    #"{"result":0,"msg":"ok","data":{"total":4,"rows":[{"goods_name":"酒水1","#
                        + #""goods_image":"https://image.rrx.cn/p/a.jpg","goods_price":1.23,"goods_code":"zp_001"},"#))
            for price in ["88.00", "0.10", "1234567890.50"] { #expect(all.text.contains(#""goods_price":\#(price),"#)) }

            let chinese = try await ask(platform, [("name", "酒水")])
            #expect(codes(chinese) == ["zp_001", "zp_004"] && chinese.json?["data"]?["total"] == 2)
            for name in ["dragon", "DRAGON w", "pu'er"] {
                let found = try await ask(platform, [("name", name)])
                #expect(codes(found).count == 1, "\(name)")
            }
            let none = try await ask(platform, [("name", "咖啡")])
            #expect(none.result == 0 && codes(none).isEmpty && none.json?["data"]?["total"] == 0)

            var paged: [[String]] = []
            for page in ["1", "2", "3", "9223372036854775807"] {
                let reply = try await ask(platform, page: page, limit: "3")
                #expect(reply.result == 0 && reply.json?["data"]?["total"] == 4)
                paged.append(codes(reply))
            }
            #expect(paged == [["zp_001", "zp_002", "zp_003"], ["zp_004"], [], []])

            let north = try await ask(platform, [("login_id", "north")])
            let south = try await ask(platform, [("login_id", "south")])
            #expect(codes(north).count == 4)
            #expect(codes(south) == ["zp_001", "zp_002", "zp_004"])
            let bounded = try await ask(platform, limit: "100000")
            #expect(codes(bounded).count == 4)
            #expect(fixture.merchant.calls.isEmpty)
        }
    }

    @Test func aWrongCallIsAnsweredInTheContractsShape() async throws {
        var file = RelayFile()
        file.sections = Self.configured
        try await RelayFixture.with(file) { fixture in
            let platform = try fixture.platform
            var forger = platform
            forger.secret = "another"
            let forged = try await ask(forger)
            #expect(forged.status == 200 && forged.result == 1 && forged.msg?.contains("签名") == true)
            let missing = try await ask(platform, page: nil)
            #expect(missing.result == 1 && missing.msg?.contains("page") == true)
            for (page, limit) in [("0", "10"), ("-1", "10"), ("x", "10"), ("1", "0"), ("1", "1e3")] {
                let reply = try await ask(platform, page: page, limit: limit)
                #expect(reply.status == 200 && reply.result == 1, "page \(page), limit \(limit)")
            }
        }
    }

    @Test func theMerchantsOwnLibraryIsAskedAndItsLastAnswerServesWhileItIsAway() async throws {
        let conduct = Conduct()
        try await RelayFixture.with(Self.askedThrough(), merchant: { try await conduct.answer($0) }) { fixture in
            let platform = try fixture.platform
            let question: PlatformCaller.Parameters = [("name", "茶 & =+%"), ("login_id", "north"), ("extra", "x")]
            let first = try await ask(platform, question, page: "2", limit: "7")
            #expect(
                first.text == #"{"result":0,"msg":"ok","data":{"total":12,"rows":["#
                    + #"{"goods_name":"茶","goods_price":1.23,"goods_code":"t1"},"#
                    + #"{"goods_name":"Tea","goods_image":"https://i.example/t","goods_price":100.00,"goods_code":"t2"}]}}"#
            )
            let call = try #require(fixture.merchant.calls.first)
            #expect(call.path == "/library")
            let form = Dictionary(uniqueKeysWithValues: call.form.map { ($0.name, $0.value) })
            #expect(form["app_key"] == RelayFile.ownKey && form["page"] == "2" && form["limit"] == "7")
            #expect(form["name"] == "茶 & =+%" && form["login_id"] == "north")
            // By the published rules, without the relay's own code.
            var merchant = platform
            merchant.secret = RelayFile.ownSecret
            #expect(form["sign"] == merchant.signature(of: call.form))

            for away in [Conduct.Mood.hangs, .fails, .talksHTML, .dropsTotal] {
                conduct.mood = away
                let kept = try await ask(platform, question, page: "2", limit: "7")
                #expect(kept.text == first.text, "\(away)")
                #expect(kept.latency < .seconds(4))
            }
            let warnings = try fixture.relays[0].logLines(with: "an old answer is given")
            #expect(warnings.count == 4)
            #expect(warnings.allSatisfy { $0.contains("age=") && $0.contains("endpoint=library") })
            let other = try await ask(platform, [("name", "another")])
            #expect(other.result == 1 && other.msg?.contains("商品库") == true)

            conduct.mood = .refuses
            let refused = try await ask(platform, question, page: "2", limit: "7")
            #expect(refused.result == 1 && refused.msg == "没有权限")
            #expect(!(try fixture.relays[0].log.contains(RelayFile.ownSecret)))
        }
    }

    @Test func aLibraryAtAPrivateAddressIsNotAsked() async throws {
        try await RelayFixture.with(Self.askedThrough(networks: "[]")) { fixture in
            let reply = try await ask(try fixture.platform)
            #expect(reply.status == 200 && reply.result == 1)
            #expect(fixture.merchant.calls.isEmpty)
            let lines = try fixture.relays[0].logLines(with: "calls to 127.0.0.1 are not allowed")
            #expect(lines.contains { $0.contains("goods library is away") })
        }
    }

    @Test func sendAndSinkPlayBothSides() async throws {
        try await RelayFixture.with(relays: 0) { fixture in
            let arguments = ["goods-library", "--app-key", RelayFile.ownKey, "--secret-env", "OWN_SECRET"]
            try await SinkProcess.with(arguments, in: fixture.directory) { sink, port in
                var file = Self.askedThrough()
                file.endpoints[1].url = "http://127.0.0.1:\(port)/"
                try await fixture.apply(file).requireSuccess()
                try await fixture.startRelay()
                let command = [
                    "send", "renrenxiu-goods", "--url", "http://127.0.0.1:\(try fixture.platform.port)\(Self.path)",
                    "--app-key", RelayFile.appKey,
                ]
                let shown = try await YizhanCommand.run(command + ["--secret-env", "RRX_SECRET", "--name", "茶"])
                    .requireSuccess().output
                #expect(
                    shown == """
                        goods_code  price   goods_name          goods_image
                        zp_002      88.00   龙井茶 Dragon Well  -
                        zp_003      128.50  普洱茶 Pu'er        -
                        2 of 2

                        """)
                #expect(try sink.log.contains("2 of 2"))
                let json = try await YizhanCommand.run(
                    command + ["--secret-env", "RRX_SECRET", "--limit", "1", "--json"]
                ).requireSuccess().output
                #expect(try JSON(parsing: json)["data"]?["total"] == 3)
                let wrong = try await YizhanCommand.run(command + ["--secret", "wrong"])
                #expect(wrong.exitCode == 1 && wrong.errors.contains("result 1"))
            }
        }
    }

    /// A merchant's library with moods.
    private final class Conduct: Sendable {
        enum Mood: Sendable { case answers, hangs, fails, talksHTML, dropsTotal, refuses }

        private let current = Mutex(Mood.answers)

        var mood: Mood {
            get { current.withLock { $0 } }
            set { current.withLock { $0 = newValue } }
        }

        func answer(_ call: MerchantCall) async throws -> MerchantAnswer {
            switch mood {
            case .answers:
                .json(
                    """
                    {"result":0,"msg":"ok","data":{"total":12,"rows":[
                        {"goods_name":"茶","goods_code":"t1","goods_price":1.2300000000000002},
                        {"goods_name":"no price","goods_code":"t0"},
                        {"goods_name":"Tea","goods_code":"t2","goods_price":"1e2","goods_image":"https://i.example/t"}]}}
                    """)
            case .hangs: try await .never()
            case .fails: .status(503)
            case .talksHTML: MerchantAnswer(body: "<html></html>", headers: ["Content-Type": "text/html"])
            case .dropsTotal: .json(#"{"result":0,"data":{"rows":[]}}"#)
            case .refuses: .json(#"{"result":1,"msg":"没有权限"}"#)
            }
        }
    }
}
