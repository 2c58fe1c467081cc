import Foundation
import RelayCore
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct AnswerTests {
    @Test func thePlatformGetsTheMerchantsMessageDataAndLink() async throws {
        let merchant = """
            {"result":0,"msg":"恭喜","data":[{"name":"券号","value":"3932933"},{"name":"密码","value":"8"}],\
            "link":{"type":1,"url":"https://m.example/v","button_text":"去看看"}}
            """
        try await RelayFixture.with(merchant: { _ in .json(merchant) }) { fixture in
            let reply = try await fixture.platform.issue("answered")
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "application/json")
            #expect(try reply.json == JSON(parsing: merchant))
        }
    }

    @Test func whatOfTheMerchantsAnswerBreaksTheContractIsLeftOutWithAWarningInTheTrace() async throws {
        let merchant = #"{"result":0,"msg":"好","data":[{"name":"券号"}],"link":{"type":1,"url":"https://m.example"}}"#
        try await RelayFixture.with(merchant: { _ in .json(merchant) }) { fixture in
            let reply = try await fixture.platform.issue("half-right")
            #expect(try reply.json == JSON(parsing: #"{"result":0,"msg":"好"}"#))
            let trace = try await fixture.trace("half-right")
            #expect(trace.contains("data left out"))
            #expect(trace.contains("link left out"))
        }
    }

    @Test func aMerchantThatSaysNoIsNotAskedAgainAndThePlatformHearsWhy() async throws {
        try await RelayFixture.with(merchant: { _ in .json(#"{"result":1,"msg":"没有领奖资格"}"#) }) { fixture in
            let platform = try fixture.platform
            for _ in 0..<2 {
                let reply = try await platform.issue("refused")
                #expect(reply.text == #"{"result":1,"msg":"没有领奖资格"}"#)
            }
            #expect(try await fixture.state(of: "refused") == "refused")
            #expect(fixture.merchant.calls.count == 1)
            #expect(try await fixture.sql("SELECT state, order_no FROM yizhan.dead_letters") == "refused|refused")
        }
    }

    @Test(arguments: [MerchantAnswer.status(200), MerchantAnswer(body: "OK"), .json(#"{"ok":true}"#)])
    func anAnswerWithoutAResultIsAReceipt(answer: MerchantAnswer) async throws {
        try await RelayFixture.with(merchant: { _ in answer }) { fixture in
            let reply = try await fixture.platform.issue("receipt")
            #expect(reply.text == #"{"result":0,"msg":"ok"}"#)
            #expect(try await fixture.state(of: "receipt") == "delivered")
        }
    }

    @Test(arguments: [
        ("accept", #"{"result":0,"msg":"ok","data":[{"name":"状态","value":"奖品发放中"}]}"#),
        ("reject", #"{"result":1,"msg":"奖品发放中"}"#),
    ])
    func withoutAnOutcomeInTimeThePlatformHearsThatItIsPendingAndLaterTheOutcome(
        onPending: String, pendingText: String
    ) async throws {
        let gate = Gate()
        var file = RelayFile()
        file.wait = "300ms"
        file.onPending = onPending
        try await RelayFixture.with(file) { _ in
            try await gate.pass()
            return .issued
        } _: { fixture in
            let platform = try fixture.platform
            let first = try await platform.issue("slow")
            #expect(first.status == 200)
            #expect(first.text == pendingText)
            #expect(first.latency >= .milliseconds(300))
            #expect(first.latency < .seconds(2))

            let whileOpen = try await platform.issue("slow")
            #expect(whileOpen.text == pendingText)
            #expect(whileOpen.latency >= .milliseconds(300))

            gate.open()
            try await fixture.waitForState("delivered", of: "slow")
            #expect(try await platform.issue("slow").msg == "已发放")
            #expect(fixture.merchant.calls.count == 1)
        }
    }

    @Test func theSameOrderAgainGetsTheSameBytesFromAnyRelayOfTheDatabase() async throws {
        try await RelayFixture.with(relays: 2) { fixture in
            let first = try await fixture.platform(of: 0).issue("again", ["nickname": "张三"])
            let same = try await fixture.platform(of: 0).issue("again", ["nickname": "张三"], age: .seconds(5))
            let other = try await fixture.platform(of: 1).issue(
                "again", ["nickname": "张三", "nonce_str": "another"], age: .seconds(9))
            #expect(first.result == 0)
            #expect(first.json?["data"] != nil)
            #expect(same.body == first.body)
            #expect(other.body == first.body)
            #expect(fixture.merchant.calls.count == 1)
        }
    }

    @Test func aRepeatOfAnOpenOrderWaitsLikeTheFirstCallOnAnyRelay() async throws {
        let gate = Gate()
        try await RelayFixture.with(relays: 2) { _ in
            try await gate.pass()
            return .issued
        } _: { fixture in
            let (here, there) = (try fixture.platform(of: 0), try fixture.platform(of: 1))
            async let first = here.issue("open")
            try await fixture.merchant.waitForCalls(of: "open")
            async let same = here.issue("open")
            async let other = there.issue("open")
            try await eventually("both repeats are looked up") {
                try await fixture.sql("SELECT sum(repeats) FROM yizhan.repeat") == "2"
            }
            gate.open()
            let replies = try await [first, same, other]
            #expect(replies.map(\.result) == [0, 0, 0])
            #expect(Set(replies.map(\.text)).count == 1)
            #expect(replies[0].msg == "已发放")
            #expect(fixture.merchant.calls.count == 1)
        }
    }

    @Test func otherContentUnderAKnownOrderNumberIsRefusedAndChangesNothing() async throws {
        try await RelayFixture.with { fixture in
            let platform = try fixture.platform
            let first = try await platform.issue("taken", ["nickname": "张三"])
            let before = try await fixture.sql("SELECT * FROM yizhan.event")
            let other = try await platform.issue("taken", ["nickname": "李四"])
            #expect(other.status == 200)
            #expect(other.result == 1)
            #expect(other.msg?.contains("订单号已存在") == true)
            #expect(try await fixture.sql("SELECT * FROM yizhan.event") == before)
            #expect(try await fixture.metric(#"yizhan_refused_calls_total{app="teahouse-rrx",reason="conflict"}"#) == 1)
            #expect(try await fixture.trace("taken").contains("1 times with other content, refused"))
            #expect(try await platform.issue("taken", ["nickname": "张三"]).body == first.body)
            #expect(fixture.merchant.calls.count == 1)
        }
    }

    @Test func twoHundredCopiesOfOneOrderAtOnceAreOneEventOneDeliveryAndOneAnswer() async throws {
        let gate = Gate()
        var file = RelayFile()
        file.wait = "30s"
        try await RelayFixture.with(relays: 2, file) { _ in
            try await gate.pass()
            return .issued
        } _: { fixture in
            let platforms = [try fixture.platform(of: 0), try fixture.platform(of: 1)]
            let answers = try await withThrowingTaskGroup { group in
                for number in 0..<200 {
                    group.addTask { try await platforms[number % 2].issue("rush") }
                }
                // The merchant is held until all have arrived, so that none meets a settled order.
                try await eventually(within: .seconds(30), "all copies have arrived") {
                    try await fixture.sql("SELECT coalesce(sum(repeats), 0) FROM yizhan.repeat") == "199"
                }
                gate.open()
                return try await group.reduce(into: [String]()) { $0.append($1.text) }
            }
            #expect(answers.count == 200)
            #expect(Set(answers).count == 1)
            #expect(answers.first?.contains("3932933") == true)
            #expect(try await fixture.sql("SELECT count(*) FROM yizhan.event") == "1")
            #expect(try await fixture.sql("SELECT count(*) FROM yizhan.outcome") == "1")
            #expect(fixture.merchant.calls.count == 1)
        }
    }

    @Test func aRepeatOfAnExhaustedOrderRequeuesItOnceAMinute() async throws {
        var file = RelayFile()
        file.wait = "2s"
        file.endpoints[0].retry = "[]"
        try await RelayFixture.with(file) { call in
            guard call.timesSeen > 2 else { return .status(500) }
            return .issued
        } _: { fixture in
            let platform = try fixture.platform
            let first = try await platform.issue("tired")
            #expect(first.text == #"{"result":0,"msg":"ok","data":[{"name":"状态","value":"奖品发放中"}]}"#)
            #expect(try await fixture.state(of: "tired") == "exhausted")

            _ = try await platform.issue("tired")
            #expect(fixture.merchant.calls.count == 2)
            #expect(try await fixture.state(of: "tired") == "exhausted")

            let soon = try await platform.issue("tired")
            #expect(soon.text == first.text)
            #expect(fixture.merchant.calls.count == 2)

            try await fixture.sql("UPDATE yizhan.outcome SET requeued_at = requeued_at - interval '61 seconds'")
            let later = try await platform.issue("tired")
            #expect(later.msg == "已发放")
            #expect(fixture.merchant.calls.count == 3)
        }
    }

    @Test func aRepeatOfACancelledOrderIsAnsweredWithResult1() async throws {
        var file = RelayFile()
        file.wait = "300ms"
        file.endpoints[0].retry = "[1h]"
        try await RelayFixture.with(file, merchant: { _ in .status(500) }) { fixture in
            let platform = try fixture.platform
            #expect(try await platform.issue("cancelled").result == 0)
            #expect(try await fixture.sql("SELECT endpoint FROM yizhan.cancel('cancelled', reason => '退货')") == "erp")
            let reply = try await platform.issue("cancelled")
            #expect(reply.status == 200)
            #expect(reply.result == 1)
            #expect(reply.msg?.contains("取消") == true)
            #expect(fixture.merchant.calls.count == 1)
        }
    }

    @Test func anAttemptInFlightCannotSettleACancelledOrder() async throws {
        let gate = Gate()
        try await RelayFixture.with { _ in
            try await gate.pass()
            return .issued
        } _: { fixture in
            let platform = try fixture.platform
            async let reply = platform.issue("too-late")
            try await fixture.merchant.waitForCalls(of: "too-late")
            try await fixture.sql("SELECT * FROM yizhan.cancel('too-late')")
            gate.open()
            #expect(try await reply.result == 1)
            #expect(try await fixture.state(of: "too-late") == "cancelled")
        }
    }

    @Test func theOutcomeOfACallThatHungUpIsKeptForItsRepeat() async throws {
        let gate = Gate()
        try await RelayFixture.with { _ in
            try await gate.pass()
            return .issued
        } _: { fixture in
            let platform = try fixture.platform
            let body = platform.form(platform.parameters("hung-up"))
            try await RawConnection.with(port: platform.port) { connection in
                try await connection.send(platform.head(bodyBytes: body.count) + body)
                try await fixture.merchant.waitForCalls(of: "hung-up")
            }
            gate.open()
            try await fixture.waitForState("delivered", of: "hung-up")
            #expect(try await platform.issue("hung-up").msg == "已发放")
            #expect(fixture.merchant.calls.count == 1)
        }
    }
}
