import Foundation
import RelayCore
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct YouzanDestinationTests {
    private func file(port: Int?) -> RelayFile {
        var file = RelayFile()
        file.wait = "10s"
        file.endpoints = [.youzan(port: port)]
        return file
    }

    /// Issues so many orders at once, spread over all relays.
    private func issue(_ count: Int, _ name: String = "order", to fixture: RelayFixture) async throws
        -> [PlatformCaller.Reply]
    {
        try await withThrowingTaskGroup { group in
            for number in 0..<count {
                let platform = try fixture.platform(of: number % fixture.relays.count)
                group.addTask { try await platform.issue("\(name)-\(number)", ["phone": "13800138000"]) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// How many deliveries took one attempt, and how many did not.
    private func attempts(_ fixture: RelayFixture) async throws -> String {
        try await fixture.sql(
            """
            SELECT count(*) FILTER (WHERE o.state = 'delivered' AND o.attempts = 1),
                count(*) FILTER (WHERE o.state <> 'delivered' OR o.attempts <> 1)
            FROM yizhan.outcome AS o
            """)
    }

    @Test func twoRelaysWithManyOrdersAtOnceAskForOneToken() async throws {
        try await YouzanStandIn.with(["--delay", "50ms"]) { cloud in
            try await RelayFixture.with(relays: 2, file(port: cloud.port)) { fixture in
                let replies = try await issue(200, to: fixture)
                #expect(replies.allSatisfy { $0.json == ["result": 0, "msg": "ok"] })
                #expect(try cloud.tokenRequests.count == 1)
                let calls = try cloud.apiCalls
                #expect(Set(calls.map { $0["body"]?["order"] }).count == 200 && calls.count == 200)
                let bodies = calls.map { $0["body"] }
                #expect(bodies.allSatisfy { $0?["mobile"] == "13800138000" && $0?["amount"] == .number("1.50") })
                #expect(try await attempts(fixture) == "200|0")
            }
        }
    }

    @Test func tokensThatExpireUnderLoadLoseNoAttempt() async throws {
        try await YouzanStandIn.with(["--token-life", "2s", "--delay", "10ms"]) { cloud in
            try await RelayFixture.with(relays: 2, file(port: cloud.port)) { fixture in
                var rounds = 0
                try await eventually(within: .seconds(60), "several tokens have come and gone") {
                    let replies = try await issue(20, "round-\(rounds)", to: fixture)
                    #expect(replies.allSatisfy { $0.result == 0 })
                    rounds += 1
                    return try cloud.tokenRequests.count >= 4
                }
                #expect(try await attempts(fixture) == "\(rounds * 20)|0")
            }
        }
    }

    @Test func whileNoTokenCanBeHadDeliveriesWaitAndUseNoAttempts() async throws {
        var file = RelayFile()
        file.wait = "200ms"
        // To know a port where nobody listens.
        let port = try await YouzanStandIn.with { $0.port }
        file.endpoints = [.youzan(port: port)]
        file.endpoints[0].timeout = "1s"
        file.endpoints[0].retry = "[]"
        try await RelayFixture.with(relays: 2, file) { fixture in
            let replies = try await issue(20, to: fixture)
            #expect(replies.allSatisfy { $0.text.contains("奖品发放中") })
            try await eventually(within: .seconds(30), "several renewals have failed") {
                try fixture.relays.reduce(0) { try $0 + $1.logLines(with: "could not be renewed").count } >= 3
            }
            try await eventually("deliveries are given back") {
                try await fixture.sql("SELECT count(*) > 0 FROM yizhan.outbox WHERE attempt = 0 AND token > 1") == "t"
            }
            #expect(try await fixture.sql("SELECT count(*) FROM yizhan.outbox WHERE attempt > 1") == "0")
            #expect(try await fixture.sql("SELECT count(*) FROM yizhan.attempt") == "0")
            try await YouzanStandIn.with(port: port) { cloud in
                try await eventually(within: .seconds(60), "all is delivered") {
                    try await attempts(fixture) == "20|0"
                }
                #expect(try cloud.tokenRequests.count == 1)
            }
        }
    }

    @Test func aRevokedTokenIsRenewedOnceAndNoAttemptIsLost() async throws {
        try await YouzanStandIn.with(["--revoke-after", "50", "--delay", "20ms"]) { cloud in
            try await RelayFixture.with(relays: 2, file(port: cloud.port)) { fixture in
                let replies = try await issue(100, to: fixture)
                #expect(replies.allSatisfy { $0.result == 0 })
                #expect(try cloud.tokenRequests.count == 2)
                #expect(try cloud.apiCalls.contains { $0["result"] == "token 1 revoked" })
                #expect(try await attempts(fixture) == "100|0")
                #expect(try await fixture.sql("SELECT count(*) FROM yizhan.attempt WHERE result = 'failed'") == "0")
            }
        }
    }

    @Test func whatTheShopRefusesThePlatformHears() async throws {
        try await YouzanStandIn.with(["--refuse-rate", "1"]) { cloud in
            try await RelayFixture.with(file(port: cloud.port)) { fixture in
                let platform = try fixture.platform
                let reply = try await platform.issue("taken")
                #expect(reply.json == ["result": 1, "msg": "优惠券已领完"])
                #expect(try await fixture.state(of: "taken") == "refused")
                #expect(try await platform.issue("taken").body == reply.body)
                #expect(try cloud.apiCalls.count == 1)
            }
        }
    }

    @Test func eachShopOfAClientHasATokenOfItsOwn() async throws {
        try await YouzanStandIn.with { cloud in
            var file = file(port: nil)
            file.endpoints = [
                .youzan("north", port: cloud.port, shop: "1001"), .youzan("south", port: cloud.port, shop: "2002"),
            ]
            file.routes = [.init(goods: "n_*", endpoint: "north"), .init(endpoint: "south")]
            try await RelayFixture.with(relays: 2, file) { fixture in
                for number in 0..<10 {
                    let platform = try fixture.platform(of: number % 2)
                    #expect(try await platform.issue("n\(number)", goods: "n_1").result == 0)
                    #expect(try await platform.issue("s\(number)", goods: "s_1").result == 0)
                }
                #expect(try cloud.tokenRequests.compactMap { $0["shop"]?.stringValue }.sorted() == ["1001", "2002"])
                for call in try cloud.apiCalls {
                    let isNorth = call["body"]?["order"]?.stringValue?.hasPrefix("n") ?? false
                    #expect(call["shop"] == (isNorth ? "1001" : "2002"))
                }
            }
        }
    }

    @Test func aFreshTokenThatLooksExpiredIsNotRenewedInALoop() async throws {
        try await YouzanStandIn.with(["--skew"]) { cloud in
            try await RelayFixture.with(file(port: cloud.port)) { fixture in
                let replies = try await issue(20, to: fixture)
                #expect(replies.allSatisfy { $0.result == 0 })
                #expect(try cloud.tokenRequests.count == 1)
                #expect(try fixture.relays[0].logLines(with: "a fresh access token looks expired").count == 1)
            }
        }
    }

    @Test func answersThatAreNoneAreRetriedByName() async throws {
        let huge = String(repeating: "x", count: 200_000)
        var file = file(port: nil)
        file.wait = "30s"
        file.endpoints[0].retry = "[50ms, 50ms, 50ms, 50ms, 50ms, 50ms]"
        try await RelayFixture.with(file) { call in
            if call.path == "/erp/auth/token" {
                switch call.timesSeen {
                case 1: return MerchantAnswer(body: "<html>", headers: ["Content-Type": "text/html"])
                case 2: return .json(#"{"success":true,"code":200,"data":{"access_token":"\#(huge)","expires":1}}"#)
                default: return Self.issued("abc")
                }
            }
            switch call.timesSeen {
            case 1: return MerchantAnswer(body: "<html>", headers: ["Content-Type": "text/html"])
            case 2: return .json(#"{"success":tr"#)
            case 3: return .json(#"{"success":true,"data":"\#(huge)"}"#)
            case 4: return .json(#"{"code":200}"#)
            case 5: return .json(#"{"gw_err_resp":{"err_code":5001,"err_msg":"系统异常"}}"#)
            case 6: return .status(504)
            default: return .json(#"{"success":true,"code":200}"#)
            }
        } _: { fixture in
            let reply = try await fixture.platform.issue("garbage")
            #expect(reply.json == ["result": 0, "msg": "ok"])
            let reasons = try await fixture.sql(
                "SELECT reason FROM yizhan.attempt WHERE result = 'failed' ORDER BY attempt")
            #expect(
                reasons.split(separator: "\n") == [
                    "the answer is an HTML page", "the answer is not JSON", "the answer is longer than 64 KiB",
                    "the answer has no success, or it is neither true nor false", "error 5001 of the gateway",
                    "HTTP 504",
                ])
            let log = try fixture.relays[0].logLines(with: "could not be renewed")
            #expect(log.count == 2)
            #expect(log[0].contains("the answer is an HTML page") && log[1].contains("longer than 64 KiB"))
        }
    }

    @Test func noTokenAndNoClientSecretIsInAnyLogOrTrace() async throws {
        let token = "the+token/that-nobody=sees"
        try await RelayFixture.with(relays: 0, file(port: nil)) { call in
            if call.path == "/erp/auth/token" {
                return call.timesSeen == 1
                    ? .json(#"{"success":false,"code":1,"message":"wrong: \#(RelayFile.youzanSecret)"}"#)
                    : Self.issued(token)
            }
            switch call.timesSeen {
            case 1: return MerchantAnswer(status: 401, body: "no: \(token)")
            case 2: return MerchantAnswer(status: 500, body: "no: \(token)")
            default: return .json(#"{"success":false,"code":1,"message":"no: \#(token)"}"#)
            }
        } _: { fixture in
            try await fixture.startRelay(["--log-level", "trace"])
            let reply = try await fixture.platform.issue("quiet")
            #expect(reply.json == ["result": 1, "msg": "no: ‹secret›"])
            let seen = [
                try fixture.relays[0].log, try await fixture.operators("/metrics").text,
                try await fixture.run("trace", "quiet").requireSuccess().output,
                try await fixture.run("trace", "quiet", "--json").requireSuccess().output,
                try await fixture.sql("SELECT * FROM yizhan.dead_letters"),
                try await fixture.sql("SELECT * FROM yizhan.access_token"),
            ]
            for text in seen { #expect(!text.contains("nobody=sees") && !text.contains(RelayFile.youzanSecret)) }
            #expect(!seen[0].contains("access_token="))
            #expect(seen[0].contains("refused with code 1: wrong: ‹secret›"))
            #expect(seen[2].contains("no: ‹secret›"))
            #expect(try await fixture.metric(#"yizhan_token_renewals_total{result="failed"}"#) == 1)
            #expect(try await fixture.metric(#"yizhan_token_renewals_total{result="renewed"}"#) == 2)
        }
    }

    private static func issued(_ token: String) -> MerchantAnswer {
        let expires = Int64(Date().timeIntervalSince1970 * 1_000) + 604_800_000
        return .json(
            #"{"success":true,"code":200,"message":null,"data":{"access_token":"\#(token)","expires":\#(expires)}}"#)
    }
}
