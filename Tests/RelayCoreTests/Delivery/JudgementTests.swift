import RelayCore
import Testing

@Suite struct JudgementTests {
    private func judge(_ status: Int, _ body: String = "", retryAfter: String? = nil) -> Judgement {
        let answer = MerchantAnswer(status: status, body: Array(body.utf8), retryAfter: retryAfter)
        return Judgement(of: answer, atUnixMilliseconds: 784_111_777_000)
    }

    @Test(arguments: [
        "", "ok", "<html>", "{", "{}", "[]", "1", "\"result\"", #"{"code":1}"#, #"{"result":null}"#, #"[{"result":1}]"#,
        #"{"result":1"#, #"{"data":{"result":1}}"#, #"{"msg":"x","data":1}"#,
    ])
    func aReceiptWithoutAResultIsDelivered(body: String) {
        #expect(judge(200, body) == .delivered(MerchantReply()))
    }

    @Test(arguments: [200, 201, 202, 204, 299])
    func everyStatusOfSuccessIsAReceipt(status: Int) {
        #expect(judge(status) == .delivered(MerchantReply()))
        #expect(judge(status, #"{"result":1}"#) == .refused(MerchantReply(isRefusal: true), pausesEndpoint: false))
    }

    @Test(arguments: ["0", "\"0\"", "0.0", "1,\"result\":0"])
    func aYesIsKeptForThePlatform(result: String) {
        let body = #"{"result":\#(result),"msg":"好","data":{"price":1.20},"link":["x"],"more":1}"#
        #expect(
            judge(200, body)
                == .delivered(MerchantReply(message: "好", data: ["price": .number("1.20")], link: ["x"])))
    }

    @Test(arguments: ["1", "\"1\"", "1.0", "0,\"result\":1"])
    func aNoIsFinal(result: String) {
        let body = #"{"result":\#(result),"msg":"库存不足"}"#
        #expect(
            judge(200, body)
                == .refused(MerchantReply(isRefusal: true, message: "库存不足"), pausesEndpoint: false))
    }

    @Test func aByteOrderMarkDoesNotHideANo() {
        #expect(
            judge(200, "\u{FEFF}{\"result\":1}") == .refused(MerchantReply(isRefusal: true), pausesEndpoint: false))
    }

    @Test func aMessageThatIsNoTextIsLeftOut() {
        #expect(judge(200, #"{"result":0,"msg":5,"data":null}"#) == .delivered(MerchantReply(data: .null)))
    }

    @Test(arguments: [
        ("2", "answer has result 2"), ("\"-1\"", "answer has result -1"),
        ("true", "answer has a result that is neither 0 nor 1"),
        ("\"success\"", "answer has a result that is neither 0 nor 1"),
        ("{}", "answer has a result that is neither 0 nor 1"), ("0.5", "answer has a result that is neither 0 nor 1"),
    ])
    func aResultThatIsNeitherYesNorNoIsAFailureThatTellsNothingOfTheText(result: String, reason: String) {
        #expect(judge(200, #"{"result":\#(result)}"#) == .failed(reason: reason, retryAfter: nil))
    }

    @Test func goneIsARefusalThatPausesTheEndpoint() {
        #expect(
            judge(410, #"{"result":0,"msg":"x"}"#, retryAfter: "5")
                == .refused(MerchantReply(isRefusal: true), pausesEndpoint: true))
    }

    @Test(arguments: [100, 199, 300, 301, 302, 307, 400, 401, 404, 408, 409, 411, 425, 500, 502, 504, 599, 999])
    func everyOtherStatusFailsAndAsksForNoDelay(status: Int) {
        #expect(
            judge(status, #"{"result":0}"#, retryAfter: "60")
                == .failed(reason: "HTTP \(status)", retryAfter: nil))
    }

    @Test(arguments: [429, 503])
    func aBusyMerchantMaySayWhenToComeBack(status: Int) {
        let reason = "HTTP \(status)"
        #expect(judge(status, retryAfter: "60") == .failed(reason: reason, retryAfter: .seconds(60)))
        #expect(
            judge(status, retryAfter: "Sun, 06 Nov 1994 08:50:07 GMT")
                == .failed(reason: reason, retryAfter: .seconds(30)))
        #expect(judge(status, retryAfter: "later") == .failed(reason: reason, retryAfter: nil))
        #expect(judge(status) == .failed(reason: reason, retryAfter: nil))
    }
}
