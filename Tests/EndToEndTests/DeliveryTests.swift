import Foundation
import RelayCore
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct DeliveryTests {
    @Test func theStandardFormatCanBeVerifiedByAnyoneWhoHasTheSecret() async throws {
        try await RelayFixture.with(merchant: { $0.timesSeen == 1 ? .status(500) : .issued }) { fixture in
            let reply = try await fixture.platform.issue("signed", ["nickname": "张三"])
            #expect(reply.result == 0)
            let calls = fixture.merchant.calls
            #expect(calls.count == 2)
            for call in calls {
                #expect(call.isSigned(with: RelayFile.endpointSecret))
                #expect(!call.isSigned(with: "whsec_" + Data("another secret altogether".utf8).base64EncodedString()))
                #expect(call.headers["content-type"] == "application/json")
                let timestamp = try #require(call.headers["webhook-timestamp"].flatMap { Double($0) })
                #expect(abs(timestamp - Date().timeIntervalSince1970) < 60)
            }
            #expect(Set(calls.map { $0.headers["webhook-id"] }).count == 1)
            #expect(calls[0].body == calls[1].body)
        }
    }

    @Test func thePlatformFormatIsTheSameFormSignedWithTheMerchantsOwnKey() async throws {
        var file = RelayFile()
        file.endpoints[0].format = "platform"
        try await RelayFixture.with(file) { fixture in
            let contacts = #"[{"id":1,"name":"姓名","value":"a&b=c +"},]"#
            let reply = try await fixture.platform.issue("own-key", ["contacts": contacts, "unknown": "未知"])
            #expect(reply.msg == "已发放")
            let call = try #require(fixture.merchant.calls.first)
            #expect(call.headers["content-type"] == "application/x-www-form-urlencoded")
            let form = call.form
            let values = Dictionary(uniqueKeysWithValues: form.map { ($0.name, $0.value) })
            #expect(values["app_key"] == RelayFile.ownKey)
            #expect(values["contacts"] == contacts)
            #expect(values["unknown"] == "未知")
            var merchant = try fixture.platform
            merchant.secret = RelayFile.ownSecret
            #expect(values["sign"] == merchant.signature(of: form))
        }
    }

    @Test func failedAttemptsAreRepeatedByScheduleUntilOneSucceeds() async throws {
        var file = RelayFile()
        file.wait = "20s"
        file.endpoints[0].retry = "[200ms, 1s, 100ms]"
        try await RelayFixture.with(file) { call in
            switch call.timesSeen {
            case 1: .status(500)
            case 2: .status(302, ["Location": "http://127.0.0.1:1/"])
            case 3: .status(408)
            default: .issued
            }
        } _: { fixture in
            let reply = try await fixture.platform.issue("stubborn")
            #expect(reply.msg == "已发放")
            let times = fixture.merchant.calls.map(\.arrivedAt)
            #expect(times.count == 4)
            #expect(times[1] - times[0] >= .milliseconds(160))
            #expect(times[2] - times[1] >= .milliseconds(800))
            let attempts = try await fixture.sql(
                "SELECT attempt, http_status, result FROM yizhan.attempt ORDER BY attempt")
            #expect(attempts == "1|500|failed\n2|302|failed\n3|408|failed")
            #expect(
                try await fixture.sql("SELECT state, attempts, http_status FROM yizhan.outcome") == "delivered|4|200")
        }
    }

    @Test(arguments: [429, 503])
    func aMerchantsRetryAfterIsObeyed(status: Int) async throws {
        var file = RelayFile()
        file.wait = "20s"
        file.endpoints[0].retry = "[50ms, 30s]"
        try await RelayFixture.with(
            file, merchant: { call in call.timesSeen == 1 ? .status(status, ["Retry-After": "2"]) : .issued }
        ) { fixture in
            let reply = try await fixture.platform.issue("busy")
            #expect(reply.result == 0)
            let times = fixture.merchant.calls.map(\.arrivedAt)
            #expect(times.count == 2)
            #expect(times[1] - times[0] >= .milliseconds(1_990))
            #expect(times[1] - times[0] < .seconds(10))
        }
    }

    @Test func aRetryAfterIsCutToTheLongestStepOfTheSchedule() async throws {
        var file = RelayFile()
        file.endpoints[0].retry = "[50ms, 500ms]"
        file.wait = "20s"
        try await RelayFixture.with(
            file, merchant: { call in call.timesSeen == 1 ? .status(503, ["Retry-After": "3600"]) : .issued }
        ) { fixture in
            let reply = try await fixture.platform.issue("tomorrow")
            #expect(reply.msg == "已发放")
        }
    }

    @Test func aMerchantThatDoesNotAnswerIsGivenUpAfterItsTimeout() async throws {
        var file = RelayFile()
        file.endpoints[0].timeout = "300ms"
        try await RelayFixture.with(
            file, merchant: { call in call.timesSeen == 1 ? try await .never() : .issued }
        ) { fixture in
            let reply = try await fixture.platform.issue("silent")
            #expect(reply.msg == "已发放")
            #expect(try await fixture.trace("silent").contains("the time for the call ran out"))
        }
    }

    @Test func status410PausesTheEndpointAndEverybodyCanSeeIt() async throws {
        var file = RelayFile()
        file.wait = "1s"
        try await RelayFixture.with(file, merchant: { _ in .status(410) }) { fixture in
            let platform = try fixture.platform
            #expect(try await platform.issue("gone").result == 1)
            #expect(try await fixture.state(of: "gone") == "refused")
            let backlog = "SELECT endpoint, paused, paused_reason FROM yizhan.backlog"
            #expect(try await fixture.sql(backlog) == "erp|t|HTTP 410: nothing is there any more")
            let actions = try await fixture.sql("SELECT action, row_count FROM yizhan.ops_log WHERE action <> 'apply'")
            #expect(actions == "pause|1")
            #expect(try await platform.issue("next").text.contains("奖品发放中"))
            #expect(try await fixture.sql("SELECT due, in_flight FROM yizhan.backlog") == "1|0")
            #expect(fixture.merchant.calls.count == 1)
        }
    }

    @Test func anExhaustedDeliveryIsADeadLetterWithItsReason() async throws {
        var file = RelayFile()
        file.wait = "200ms"
        file.endpoints[0].retry = "[50ms]"
        try await RelayFixture.with(file, merchant: { _ in MerchantAnswer(status: 500, body: "磁盘已满") }) { fixture in
            let reply = try await fixture.platform.issue("worn-out")
            #expect(reply.result == 0)
            try await fixture.waitForState("exhausted", of: "worn-out")
            let letter = try await fixture.sql(
                "SELECT app, order_no, endpoint, state, reason, attempts, http_status, answer_start FROM yizhan.dead_letters"
            )
            #expect(letter == "teahouse-rrx|worn-out|erp|exhausted|HTTP 500|2|500|磁盘已满")
        }
    }

    @Test func aDeliveryThatGrowsTooOldIsADeadLetterForAPersonToDecide() async throws {
        var file = RelayFile()
        file.wait = "200ms"
        file.endpoints[0].retry = "[1h]"
        file.endpoints[0].more = ["expire_after: 1s"]
        try await RelayFixture.with(file, merchant: { _ in .status(500) }) { fixture in
            let reply = try await fixture.platform.issue("too-old")
            #expect(reply.result == 0)
            try await fixture.waitForState("expired", of: "too-old")
            #expect(try await fixture.sql("SELECT state, attempts > 0 FROM yizhan.dead_letters") == "expired|t")
            #expect(fixture.merchant.calls.count == 1)
        }
    }

    @Test func aPausedEndpointHoldsItsDeliveriesUntilItIsResumed() async throws {
        var file = RelayFile()
        file.wait = "200ms"
        try await RelayFixture.with(file) { fixture in
            let platform = try fixture.platform
            try await fixture.sql("SELECT yizhan.pause('erp', '盘点')")
            try await eventually("the relay has heard of the pause") {
                try await platform.issue("probe-\(UUID().uuidString)").text.contains("奖品发放中")
            }
            let callsBefore = fixture.merchant.calls.count
            for number in 1...3 {
                let reply = try await platform.issue("held-\(number)")
                #expect(reply.result == 0)
                #expect(reply.text.contains("奖品发放中"))
            }
            #expect(fixture.merchant.calls.count == callsBefore)
            #expect(try await fixture.trace("held-1").contains("waiting, endpoint paused"))
            #expect(try await fixture.sql("SELECT due, paused FROM yizhan.backlog") == "4|t")

            let resumedAt = ContinuousClock.now
            try await fixture.sql("SELECT yizhan.resume('erp')")
            for number in 1...3 { try await fixture.waitForState("delivered", of: "held-\(number)") }
            #expect(ContinuousClock.now - resumedAt < .seconds(5))
            #expect(try await platform.issue("held-2").msg == "已发放")
        }
    }

    @Test func requeueDeliversASettledOrderAgain() async throws {
        try await RelayFixture.with { fixture in
            let platform = try fixture.platform
            #expect(try await platform.issue("twice").result == 0)
            let requeued = try await fixture.sql(
                "SELECT order_no, endpoint, previous_state FROM yizhan.requeue('twice')")
            #expect(requeued == "twice|erp|delivered")
            try await fixture.merchant.waitForCalls(2, of: "twice")
            try await fixture.waitForState("delivered", of: "twice")
            let ids = fixture.merchant.calls.map { $0.headers["webhook-id"] }
            #expect(ids[0] == ids[1])
            let trace = try await fixture.trace("twice")
            #expect(trace.contains("requeue by"))
            #expect(trace.contains("later requeued"))
        }
    }

    @Test func copiesGoToOtherEndpointsWhoseFailureIsNoConcernOfThePlatforms() async throws {
        var file = RelayFile()
        file.endpoints = [.standard("erp"), .standard("audit"), .standard("crm")]
        file.endpoints[1].retry = "[]"
        file.routes = [.init(endpoint: "erp", copies: ["audit", "crm"])]
        try await RelayFixture.with(
            file,
            merchant: { call in call.path == "/audit" ? .status(500) : .json(#"{"result":0,"msg":"\#(call.path)"}"#) }
        ) { fixture in
            let platform = try fixture.platform
            #expect(try await platform.issue("copied").msg == "/erp")
            try await fixture.waitForState("exhausted", of: "copied", at: "audit")
            try await fixture.waitForState("delivered", of: "copied", at: "crm")
            #expect(try await platform.issue("copied").msg == "/erp")
            #expect(fixture.merchant.calls(of: "copied", at: "/erp").count == 1)
            #expect(Set(fixture.merchant.calls.map(\.body)).count == 1)
        }
    }

    @Test func aPrivateAddressThatIsNotAllowedIsRefusedWithAReasonInTheTrace() async throws {
        var file = RelayFile()
        file.wait = "300ms"
        file.privateNetworks = "[10.0.0.0/8]"
        file.endpoints[0].retry = "[]"
        try await RelayFixture.with(file) { fixture in
            let reply = try await fixture.platform.issue("inside")
            #expect(reply.result == 0)
            try await fixture.waitForState("exhausted", of: "inside")
            let trace = try await fixture.trace("inside")
            #expect(trace.contains("calls to 127.0.0.1 are not allowed"))
            #expect(fixture.merchant.calls.isEmpty)
        }
    }

    @Test func aDeadMerchantIsNotInTheWayOfAnother() async throws {
        var file = RelayFile()
        file.wait = "2s"
        file.endpoints = [.standard("dead"), .standard("alive")]
        file.endpoints[0].more = ["max_in_flight: 2"]
        file.routes = [.init(goods: "dead", endpoint: "dead"), .init(endpoint: "alive")]
        try await RelayFixture.with(
            file, merchant: { call in call.path == "/dead" ? try await .never() : .issued }
        ) { fixture in
            let platform = try fixture.platform
            try await withThrowingTaskGroup { group in
                for number in 0..<50 {
                    group.addTask { try await platform.issue("dead-\(number)", goods: "dead").result }
                }
                try await fixture.merchant.waitForAnyCall(at: "/dead")
                for number in 0..<20 {
                    let reply = try await platform.issue("alive-\(number)")
                    #expect(reply.msg == "已发放")
                }
                for try await result in group { #expect(result == 0) }
            }
            #expect(fixture.merchant.calls.count { $0.path == "/dead" } <= 2)
        }
    }

    @Test func anOrderedEndpointWaitsForNothingWhenItsOrdersDiffer() async throws {
        var file = RelayFile()
        file.endpoints[0].more = ["ordered: true"]
        try await RelayFixture.with(
            file, merchant: { call in call.orderNo == "first" ? try await .never() : .issued }
        ) { fixture in
            let platform = try fixture.platform
            async let held = platform.issue("first")
            try await fixture.merchant.waitForCalls(of: "first")
            #expect(try await platform.issue("second").msg == "已发放")
            #expect(try await held.text.contains("奖品发放中"))
        }
    }
}
