import RelayCore
import Testing

@testable import OutboundHTTP
@testable import YouzanAPI

@Suite struct YouzanVerdictTests {
    private static let token = Secret("a-token-nobody-may-see")

    private func verdict(
        status: Int = 200, type: String = "application/json", headers: [(String, String)] = [], _ body: String
    ) -> YouzanVerdict {
        YouzanVerdict(
            of: .test(status: status, type: type, headers: headers, body), hiding: [Self.token],
            atUnixMilliseconds: 1_700_000_000_000)
    }

    private func failure(_ verdict: YouzanVerdict) -> String? {
        if case .judged(.failed(let reason, _)) = verdict { reason } else { nil }
    }

    @Test func successIsDelivered() {
        let body = #"{"trace_id":"1","code":200,"success":true,"message":"successful","data":{"tid":"E1"}}"#
        #expect(verdict(body) == .judged(.delivered(MerchantReply())))
    }

    @Test func aBusinessCodeIsARefusalWithItsMessage() {
        let refused = YouzanVerdict.judged(
            .refused(MerchantReply(isRefusal: true, message: "优惠券已领完"), pausesEndpoint: false))
        #expect(verdict(#"{"success":false,"code":160301,"message":"优惠券已领完"}"#) == refused)
        #expect(verdict(#"{"success":false,"code":"E160301","message":"优惠券已领完"}"#) == refused)
    }

    @Test func aMessageThatQuotesTheTokenIsKeptWithoutIt() {
        let body = #"{"success":false,"code":1,"message":"a-token-nobody-may-see 没有权限"}"#
        #expect(
            verdict(body)
                == .judged(
                    .refused(MerchantReply(isRefusal: true, message: "‹secret› 没有权限"), pausesEndpoint: false)))
    }

    @Test(arguments: [
        (401, "", "HTTP 401"), (401, "<html>", "HTTP 401"),
        (200, #"{"success":false,"code":4201,"message":"x"}"#, "code 4201"),
        (200, #"{"success":false,"code":"4203","message":"x"}"#, "code 4203"),
        (200, #"{"gw_err_resp":{"err_code":4202,"err_msg":"x"}}"#, "code 4202"),
        (403, #"{"gw_err_resp":{"err_code":"40010"}}"#, "code 40010"),
        (200, #"{"success":false,"code":5,"message":"Invalid ACCESS_TOKEN"}"#, "a message about the access token"),
    ])
    func aRefusedTokenIsToldFromARefusedCall(status: Int, body: String, reason: String) {
        #expect(verdict(status: status, body) == .tokenRefused(reason: reason))
    }

    @Test(arguments: [
        (500, "", "HTTP 500"), (410, "{}", "HTTP 410"), (302, "", "HTTP 302"),
        (404, #"{"success":true}"#, "HTTP 404"), (400, #"{"success":false,"code":1}"#, "HTTP 400"),
        (200, #"{"gw_err_resp":{"err_code":4007,"err_msg":"x"}}"#, "error 4007 of the gateway"),
        (200, #"{"gw_err_resp":{"err_msg":"x"},"success":false,"code":1}"#, "an error without a code of the gateway"),
        (200, "", "the answer is not JSON"), (200, "OK", "the answer is not JSON"),
        (200, #"{"success":true"#, "the answer is not JSON"),
        (200, "<html></html>", "the answer is an HTML page"),
        (200, #"{"success":false,"message":"x"}"#, "success is false, without a code"),
        (200, "{}", "the answer has no success, or it is neither true nor false"),
        (200, "[true]", "the answer has no success, or it is neither true nor false"),
        (200, #"{"success":"true"}"#, "the answer has no success, or it is neither true nor false"),
        (200, #"{"success":1,"code":200}"#, "the answer has no success, or it is neither true nor false"),
    ])
    func everythingElseIsAFailureByName(status: Int, body: String, reason: String) {
        #expect(failure(verdict(status: status, body)) == reason)
    }

    @Test func anAnswerThatIsCutOffIsAFailureHoweverItBegins() {
        let long = #"{"success":true}"# + String(repeating: " ", count: HTTPAnswer.maximumBodyByteCount)
        #expect(failure(verdict(long)) == "the answer is longer than 64 KiB")
    }

    @Test(arguments: [(503, Duration.seconds(20)), (429, .seconds(20)), (500, nil)])
    func aRetryAfterIsHeardWhereItIsMeant(status: Int, wait: Duration?) {
        #expect(
            verdict(status: status, headers: [("Retry-After", "20")], "")
                == .judged(.failed(reason: "HTTP \(status)", retryAfter: wait)))
    }
}
