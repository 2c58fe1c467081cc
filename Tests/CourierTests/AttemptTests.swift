import NIOHTTP1
import Platforms
import RelayCore
import Testing

@testable import Courier
@testable import OutboundHTTP

@Suite struct AttemptTests {
    private func judge(
        status: Int, headers: [(String, String)] = [], _ body: String = "", delivery: LeasedDelivery = .test(),
        endpoint: Endpoint = .test()
    ) -> AttemptReport {
        var answer = HTTPAnswer(
            head: .init(version: .http1_1, status: .init(statusCode: status), headers: .init(headers)))
        answer.append(Array(body.utf8))
        return judge(.success(answer), delivery: delivery, endpoint: endpoint)
    }

    private func judge(
        _ result: Result<HTTPAnswer, HTTPFailure>, delivery: LeasedDelivery = .test(), endpoint: Endpoint = .test()
    ) -> AttemptReport {
        var timings = HTTPTimings()
        timings.total = .milliseconds(7)
        var attempt = Attempt(delivery, endpoint)
        attempt.startedAt = .now
        return attempt.judge(
            HTTPExchange(result: result, timings: timings), platform: RenRenXiu(),
            atUnixMilliseconds: 1_700_000_000_000)
    }

    // MARK: Before the call

    @Test func whatIsTooOldIsExpiredWithoutACall() throws {
        let endpoint = Endpoint.test(expireAfter: .seconds(60))
        let report = try #require(Attempt(.test(age: .seconds(60)), endpoint).endBeforeCalling(at: .now))
        #expect(report.settled == .expired && report.startedAt == nil)
        #expect(Attempt(.test(age: .seconds(59)), endpoint).endBeforeCalling(at: .now) == nil)
    }

    @Test func anAttemptBeyondTheScheduleIsExhaustedWithoutACall() throws {
        let report = try #require(Attempt(.test(attempt: 4), .test()).endBeforeCalling(at: .now))
        #expect(report.settled == .exhausted && report.startedAt == nil)
        #expect(Attempt(.test(attempt: 3), .test()).endBeforeCalling(at: .now) == nil)
    }

    @Test func aLeaseWithLessLeftThanTheCallMayTakeMakesNoCall() throws {
        let delivery = LeasedDelivery.test()
        let endpoint = Endpoint.test(timeout: .seconds(10))
        let inTime = delivery.leaseEnds - .seconds(10)
        #expect(Attempt(delivery, endpoint).endBeforeCalling(at: inTime) == nil)
        let report = try #require(
            Attempt(delivery, endpoint).endBeforeCalling(at: inTime + .nanoseconds(1)))
        #expect(report.isNotStarted)
    }

    // MARK: Failures

    @Test(arguments: [(1, 5.0), (2, 30.0)])
    func aFailureIsRetriedByTheScheduleGiveOrTakeAFifth(attempt: Int, seconds: Double) throws {
        var seen: Set<Duration> = []
        for _ in 0..<50 {
            let delay = try #require(judge(status: 500, delivery: .test(attempt: attempt)).delay)
            #expect(delay >= .seconds(seconds * 0.8) && delay <= .seconds(seconds * 1.2))
            seen.insert(delay)
        }
        #expect(seen.count > 1, "the delays are not all the same")
    }

    @Test func theMerchantsRetryAfterLengthensTheDelayUpToTheLongestStep() {
        #expect(judge(status: 503, headers: [("Retry-After", "20")]).delay == .seconds(20))
        #expect(judge(status: 429, headers: [("Retry-After", "86400")]).delay == .seconds(30))
        #expect(judge(status: 503, headers: [("Retry-After", "1")]).delay.map { $0 >= .seconds(4) } == true)
        #expect(judge(status: 500, headers: [("Retry-After", "20")]).delay.map { $0 <= .seconds(6) } == true)
    }

    @Test func aSecretThatTheMerchantQuotesIsKeptNowhere() throws {
        let endpoint = Endpoint.test(format: .standard(secret: Secret("whsec_new whsec_old")))
        let failed = judge(status: 500, "secrets: whsec_new, whsec_old", endpoint: endpoint)
        #expect(failed.answerStart == "secrets: ‹secret›, ‹secret›")
        let refused = judge(
            status: 200, #"{"result":1,"msg":"wrong whsec_old","result_data":{"a":"whsec_new"}}"#,
            delivery: .test(answersPlatform: true), endpoint: endpoint)
        #expect(refused.reason == "wrong ‹secret›")
        #expect(refused.answer.map { String(decoding: $0, as: UTF8.self) }?.contains("whsec") == false)
    }

    @Test func theLastFailureIsExhausted() {
        let report = judge(status: 500, "broken", delivery: .test(attempt: 3))
        #expect(report.settled == .exhausted)
        #expect(report.reason == "HTTP 500" && report.answerStart == "broken" && report.httpStatus == 500)
    }

    @Test func nothingIsDuePastItsExpiry() {
        let endpoint = Endpoint.test(expireAfter: .seconds(3600))
        #expect(judge(status: 500, delivery: .test(age: .seconds(3599)), endpoint: endpoint).delay == .seconds(1))
        #expect(judge(status: 500, delivery: .test(age: .seconds(4000)), endpoint: endpoint).delay == .zero)
    }

    @Test func aConnectionsFailureIsAFailureWithItsReason() {
        let report = judge(.failure(.closedBeforeAnswer))
        #expect(report.delay != nil && report.httpStatus == nil)
        #expect(report.reason == "\(HTTPFailure.closedBeforeAnswer)")
        #expect(report.startedAt != nil && report.took == .milliseconds(7))
    }

    @Test func aCancelledCallIsInterrupted() {
        let report = judge(.failure(.cancelled), delivery: .test(attempt: 3))
        #expect(report.isInterrupted)
    }

    @Test func aDestinationThatClosesBeforeTheCallCostsNoAttempt() {
        let report = judge(.failure(.destinationClosed))
        #expect(report.isNotStarted && report.startedAt == nil)
    }

    // MARK: Answers

    @Test func gone410EndsTheDeliveryAndPausesTheEndpoint() {
        let report = judge(status: 410)
        #expect(report.settled == .refused && report.pausesEndpoint)
    }

    @Test func aMerchantsNoIsFinalAndPausesNothing() throws {
        let report = judge(status: 200, #"{"result":1,"msg":"没有领奖资格"}"#)
        #expect(report.settled == .refused && !report.pausesEndpoint)
        #expect(report.reason == "没有领奖资格")
        let answer = try JSON(parsing: try #require(report.answer))
        #expect(answer["result"] == 1 && answer["msg"] == "没有领奖资格")
    }

    @Test func onlyTheDeliveryThatAnswersThePlatformKeepsAnAnswer() throws {
        let body = #"{"result":0,"data":[{"name":"券号","value":"39"}]}"#
        let kept = judge(status: 200, body)
        #expect(try JSON(parsing: try #require(kept.answer))["data"]?.arrayValue?.count == 1)
        #expect(kept.answerStart == nil)

        let copy = judge(status: 200, body, delivery: .test(answersPlatform: false))
        #expect(copy.settled == .delivered && copy.answer == nil && copy.warning == nil)
        #expect(copy.answerStart == body)
    }

    @Test func aPartThatIsLeftOutOfTheAnswerIsWarnedOf() throws {
        let report = judge(status: 200, #"{"result":0,"data":"no rows"}"#)
        #expect(report.settled == .delivered)
        #expect(report.warning == "data left out: it is not an array")
        #expect(try JSON(parsing: try #require(report.answer))["data"] == nil)
    }

    @Test func theStartOfAnAnswerIsOneBoundedLineThatPostgreSQLCanHold() throws {
        let nasty = "a\u{0}b\nc\r\nd\u{2028}e\u{2029}f\u{85}g\u{1B}[31m" + String(repeating: "驿", count: 10_000)
        let start = try #require(judge(status: 500, nasty).answerStart)
        #expect(start.unicodeScalars.count == 200)
        #expect(start.hasPrefix("a b c  d e f g [31m驿"))
        let message = judge(status: 200, #"{"result":1,"msg":"x\u0000y\nz"}"#).reason
        #expect(message == "x y z")
    }

    @Test func anAnswerThatIsNotUTF8StillHasAStart() throws {
        var answer = HTTPAnswer(head: .init(version: .http1_1, status: .badGateway))
        answer.append([0xFF, 0xFE, 0x41])
        let start = try #require(judge(.success(answer)).answerStart)
        #expect(start.hasSuffix("A") && start.unicodeScalars.count == 3)
    }
}
