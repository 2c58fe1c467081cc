import HTTPTypes
import OutboundHTTP
import Platforms
import RelayCore
import Testing

@testable import Courier

@Suite struct RobotTests {
    private let query = Secret("access_token=a-token-that-nobody-may-see")

    private func delivery() -> LeasedDelivery {
        let id = EventID(unixMilliseconds: 1_700_000_000_000, random: 1)
        let body: JSON = ["kind": "endpoint_paused", "text": "已暂停 \"erp\"\nErp is paused"]
        return LeasedDelivery(
            key: DeliveryKey(event: id, endpoint: EndpointID(1)),
            event: Event(
                id: id, app: OwnHouse.app, type: "alert.endpoint_paused", orderNo: "endpoint_paused:erp",
                body: body.serialized()),
            attempt: 1, token: 1, leaseEnds: .now + .seconds(60), age: .zero, answersPlatform: true)
    }

    private func report(answer: (status: Int, body: String)) async throws -> (AttemptReport, LoopbackMerchant.Call) {
        try await LoopbackMerchant.run({ _, _ in answer }) { robot in
            let test = try TestCourier()
            let address = "http://127.0.0.1:\(robot.port)/robot/send"
            test.configure(.test(url: address, format: .robot(.dingtalk, query: query)))
            var report: AttemptReport?
            try await test.run { _ in
                try test.begin(delivery())
                report = try await test.report(of: delivery())
            }
            return (try #require(report), try #require(robot.calls.first))
        }
    }

    @Test func aRobotGetsTheTextAtItsWholeAddress() async throws {
        let (report, call) = try await report(answer: (200, #"{"errcode":0,"errmsg":"ok"}"#))
        #expect(report.settled == .delivered)
        #expect(call.target == "/robot/send?\(query.reveal())")
        #expect(call.headers[.contentType] == "application/json")
        let sent = try JSON(parsing: call.body)
        #expect(sent == ["msgtype": "text", "text": ["content": "已暂停 \"erp\"\nErp is paused"]])
    }

    @Test func aRobotAtAnAddressThatIsNotAllowedIsNotCalled() async throws {
        try await LoopbackMerchant.run { robot in
            let test = try TestCourier()
            let address = "http://127.0.0.1:\(robot.port)/robot/send"
            test.configure(.test(url: address, format: .robot(.wecom, query: query)), allow: ["10.0.0.0/8"])
            try await test.run { _ in
                try test.begin(delivery())
                let report = try await test.report(of: delivery())
                #expect(report.reason?.hasPrefix("calls to 127.0.0.1 are not allowed") == true)
                #expect(robot.calls.isEmpty)
            }
        }
    }

    @Test(arguments: [
        (200, #"{"errcode":310000,"errmsg":"keywords not in content"}"#, "the robot answered errcode 310000"),
        (200, "<html>", "the answer has no errcode"), (200, #"{"errmsg":"ok"}"#, "the answer has no errcode"),
        (404, #"{"errcode":0}"#, "HTTP 404"), (410, "", "HTTP 410"),
    ])
    func anythingElseThanErrcodeZeroIsAFailure(status: Int, body: String, reason: String) async throws {
        let (report, _) = try await report(answer: (status, body))
        #expect(report.delay != nil && report.reason == reason && !report.pausesEndpoint)
    }

    @Test func theTokenIsNotKeptOfWhatARobotAnswers() async throws {
        let (report, _) = try await report(
            answer: (200, #"{"errcode":40035,"errmsg":"a-token-that-nobody-may-see is no token"}"#))
        let start = try #require(report.answerStart)
        #expect(start.contains("is no token") && !start.contains("a-token-that-nobody-may-see"))
    }
}
