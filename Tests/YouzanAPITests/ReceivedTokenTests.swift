import NIOHTTP1
import RelayCore
import Testing

@testable import OutboundHTTP
@testable import YouzanAPI

@Suite struct ReceivedTokenTests {
    private static let published = """
        {"success":true,"code":200,"message":null,"data":{"access_token":"abc123","expires":1583720718116,
        "scope":"trade","authority_id":"42587152","refresh_token":"def456"}}
        """

    private func failure(status: Int = 200, type: String = "application/json", _ body: String) -> TokenFailure? {
        do throws(TokenFailure) {
            _ = try ReceivedToken(.test(status: status, type: type, body))
            return nil
        } catch {
            return error
        }
    }

    @Test func thePublishedAnswerHasATokenAndItsExpiry() throws {
        let token = try ReceivedToken(.test(Self.published))
        #expect(token.secret.reveal() == "abc123")
        #expect(token.expiresAtUnixMilliseconds == 1_583_720_718_116)
    }

    @Test func aRefusalHasItsCodeAndMessageWhateverItsStatus() {
        let body = #"{"success":false,"code":10000,"message":"client_secret错误","data":null}"#
        let refused = TokenFailure.refused(code: "10000", message: "client_secret错误")
        #expect(failure(body) == refused)
        #expect(failure(status: 400, body) == refused)
        #expect(failure(#"{"success":false}"#) == .refused(code: nil, message: nil))
        #expect(
            failure(#"{"success":true,"code":140500210,"message":"x","data":{}}"#)
                == .refused(code: "140500210", message: "x"))
    }

    @Test(arguments: [
        ("{}", "success"), (#"{"success":"true"}"#, "success"), (#"{"success":null,"code":200}"#, "success"),
        (#"{"success":true}"#, "code"), (#"{"success":true,"code":"200"}"#, "code"),
        (#"{"success":true,"code":200}"#, "data"), (#"{"success":true,"code":200,"data":[]}"#, "data"),
        (#"{"success":true,"code":200,"data":{"expires":1}}"#, "access_token"),
        (#"{"success":true,"code":200,"data":{"access_token":7,"expires":1}}"#, "access_token"),
        (#"{"success":true,"code":200,"data":{"access_token":"a"}}"#, "expires"),
        (#"{"success":true,"code":200,"data":{"access_token":"a","expires":"1583720718116"}}"#, "expires"),
        (#"{"success":true,"code":200,"data":{"access_token":"a","expires":1e30}}"#, "expires"),
        ("[]", "success"), ("null", "success"),
    ])
    func aMissingFieldIsNamed(body: String, field: String) {
        #expect(failure(body) == .missing(field))
    }

    @Test(arguments: ["", "a b", "a\\nb", "令牌", String(repeating: "a", count: 2049)])
    func whatCannotBeATokenIsNone(token: String) {
        let body = #"{"success":true,"code":200,"data":{"access_token":"\#(token)","expires":1583720718116}}"#
        #expect(failure(body) == .unusableToken)
    }

    @Test func whatIsNoJSONIsToldApart() throws {
        #expect(failure(type: "text/html; charset=utf-8", "<html>") == .html)
        #expect(failure(type: "text/plain", " \r\n<!DOCTYPE html>") == .html)
        let notJSON = try #require(failure("success"))
        if case .notJSON = notJSON {} else { Issue.record("\(notJSON)") }
        #expect(failure(status: 502, type: "text/html", "<html>") == .httpStatus(502))
        #expect(failure(status: 302, "{}") == .httpStatus(302))
        #expect(failure(status: 500, Self.published) == .httpStatus(500))
    }

    @Test func anAnswerThatIsCutOffIsNoAnswer() {
        let long = Self.published + String(repeating: " ", count: HTTPAnswer.maximumBodyByteCount)
        #expect(failure(long) == .cutOff)
    }

    @Test func whatAPlatformQuotesOfTheSecretIsNotShown() {
        let refused = TokenFailure.refused(code: "1", message: "client_secret hush-hush is wrong")
        #expect(
            refused.text(hiding: Secret("hush-hush")) == "refused with code 1: client_secret ‹secret› is wrong")
    }
}

extension HTTPAnswer {
    static func test(
        status: Int = 200, type: String = "application/json", headers: [(String, String)] = [], _ body: String
    ) -> HTTPAnswer {
        var answer = HTTPAnswer(
            head: .init(
                version: .http1_1, status: .init(statusCode: status),
                headers: .init([("Content-Type", type)] + headers)))
        answer.append(Array(body.utf8))
        return answer
    }
}
