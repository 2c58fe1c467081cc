import Platforms
import RelayCore
import Testing

@testable import Yizhan

struct StampedIssueTests {
    private static let plan = LoadPlan(
        port: 8080, apps: ["bench-1"], prefix: LoadPlan.prefix(7), connections: 1, seconds: 1)
    private static let app = App(
        id: AppID(1), name: "bench-1", merchant: "bench-1", platform: "renrenxiu", appKey: "bench-1",
        secret: Secret(BenchFile.appSecret))

    @Test(arguments: [0, 1, 987_654_321]) func eachOrderIsACallOfItsOwnThatTheRelayTakes(order: Int) throws {
        var issue = try StampedIssue(app: "bench-1", plan: Self.plan)
        // Whatever was stamped before leaves nothing behind.
        _ = issue.request(for: 5_555_555_555, atUnixMilliseconds: 1_111_111_111_111)
        let request = issue.request(for: order, atUnixMilliseconds: 1_764_000_000_000)

        let end = try #require(request.firstRange(of: Array("\r\n\r\n".utf8)))
        let head = String(decoding: request[..<end.lowerBound], as: UTF8.self)
        let body = Array(request[end.upperBound...])
        #expect(head.hasPrefix("POST /in/bench-1/goods/issue HTTP/1.1\r\n"))
        #expect(head.hasSuffix("Content-Length: 500"))
        #expect(body.count == 500)

        let platform = RenRenXiu()
        let call = InboundCall(
            callback: platform.callbacks[0], method: "POST", contentType: FormBody.contentType, body: body,
            receivedAtMilliseconds: 1_764_000_000_000)
        guard case .event(let arrival) = platform.receive(call, for: Self.app) else {
            Issue.record("the call was not taken: \(platform.receive(call, for: Self.app))")
            return
        }
        #expect(arrival.orderNo == Self.plan.orderNo(of: order))
        #expect(arrival.orderNo.utf8.count == 16)
    }
}
