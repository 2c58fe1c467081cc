import Foundation
import RelayCore
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct BadInputTests {
    /// A call that must not be taken, and what becomes of it.
    struct BadCall {
        let name: String
        let request: [UInt8]
        var status = 200
        /// The label of the counter, and in the log.
        let reason: String
        var app = RelayFile.app
        /// Part of what the platform's people are told.
        let msg: String
    }

    private static let phone = "13635603333"

    private static func badCalls(_ platform: PlatformCaller) -> [BadCall] {
        func call(_ orderNo: String, _ change: (inout PlatformCaller.Parameters) -> Void) -> [UInt8] {
            var parameters = platform.parameters(orderNo, ["phone": phone])
            change(&parameters)
            return platform.form(parameters)
        }
        func request(_ body: [UInt8]) -> [UInt8] { platform.head(bodyBytes: body.count) + body }
        let good = call("bad") { _ in }
        let unsigned = platform.parameters("bad", ["phone": phone])
            .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        var stranger = platform
        stranger.secret = "somebody else's"
        var elsewhere = platform
        elsewhere.app = "no-such-app"

        return [
            BadCall(
                name: "a signature with another secret",
                request: request(stranger.form(platform.parameters("bad", ["phone": phone]))),
                reason: "wrong_signature", msg: "签名错误"),
            BadCall(
                name: "a field that was added on the way", request: request(good + Array("&extra=1".utf8)),
                reason: "wrong_signature", msg: "签名错误"),
            BadCall(
                name: "no signature", request: request(Array(unsigned.utf8)), reason: "missing_parameter", msg: "sign"),
            BadCall(
                name: "an old time_stamp",
                request: request(platform.form(platform.parameters("bad", ["phone": phone], age: .seconds(3600)))),
                reason: "stale_timestamp", msg: "time_stamp"),
            BadCall(
                name: "a time_stamp that is no number",
                request: request(call("bad") { $0[4].value = "yesterday" }), reason: "stale_timestamp",
                msg: "time_stamp"),
            BadCall(
                name: "no goods_code", request: request(call("bad") { $0.remove(at: 1) }),
                reason: "missing_parameter", msg: "goods_code"),
            BadCall(
                name: "an empty openid", request: request(call("bad") { $0[2].value = "" }),
                reason: "missing_parameter", msg: "openid"),
            BadCall(
                name: "another app's key", request: request(call("bad") { $0[3].value = "other" }),
                reason: "wrong_app_key", msg: "app_key"),
            BadCall(
                name: "goods that no route takes", request: request(call("bad") { $0[1].value = "nobody's" }),
                reason: "no_route", msg: "接收方"),
            BadCall(
                name: "an order number that is too long",
                request: request(call(String(repeating: "9", count: 129)) { _ in }), reason: "invalid_parameter",
                msg: "order_no"),
            BadCall(
                name: "an order number with a line break", request: request(call("bad\nbad") { _ in }),
                reason: "invalid_parameter", msg: "order_no"),
            BadCall(
                name: "a broken percent escape", request: request(good + Array("&a=%4".utf8)), reason: "malformed",
                msg: "百分号"),
            BadCall(
                name: "bytes that are no UTF-8", request: request(good + Array("&a=%FF%FE".utf8)),
                reason: "malformed", msg: "UTF-8"),
            BadCall(
                name: "a parameter twice", request: request(good + Array("&order_no=2".utf8)),
                reason: "repeated_parameter", msg: "order_no"),
            BadCall(name: "an empty body", request: request([]), reason: "missing_parameter", msg: "app_key"),
            BadCall(
                name: "an app that is not there", request: elsewhere.head(bodyBytes: good.count) + good, status: 404,
                reason: "unknown_app", app: "", msg: "不存在"),
            BadCall(
                name: "a path that is not there",
                request: platform.head(bodyBytes: good.count, path: "/in/\(RelayFile.app)/goods/steal") + good,
                status: 404, reason: "unknown_path", msg: "不存在"),
            BadCall(
                name: "a body over 64 KiB",
                request: request(call("bad") { $0.append(("filler", String(repeating: "x", count: 65_536))) }),
                status: 413, reason: "body_too_large", msg: "65536"),
            BadCall(
                name: "JSON", request: platform.head(bodyBytes: 2, contentType: "application/json") + Array("{}".utf8),
                status: 415, reason: "wrong_content_type", msg: "application/x-www-form-urlencoded"),
            BadCall(
                name: "no content type", request: platform.head(bodyBytes: good.count, contentType: nil) + good,
                status: 415, reason: "wrong_content_type", msg: "application/x-www-form-urlencoded"),
            BadCall(
                name: "GET", request: platform.head(bodyBytes: 0, method: "GET"), status: 405,
                reason: "wrong_method", msg: "POST"),
        ]
    }

    @Test func everyBadCallIsAnsweredCountedAndLoggedAndLeavesNothingBehind() async throws {
        var file = RelayFile()
        file.routes = [.init(goods: "zp_*", endpoint: "erp")]
        try await RelayFixture.with(file) { fixture in
            let platform = try fixture.platform
            var counts: [String: Double] = [:]
            for bad in Self.badCalls(platform) {
                let logged = try fixture.relays[0].logLines(with: "a call was refused").count
                let reply = try await platform.send(bad.request)
                #expect(reply.status == bad.status, "\(bad.name)")
                #expect(reply.result == 1, "\(bad.name): \(reply.text)")
                #expect(reply.msg?.contains(bad.msg) == true, "\(bad.name): \(reply.text)")
                #expect(reply.headers["content-type"] == "application/json", "\(bad.name)")
                #expect(reply.headers["allow"] == (bad.status == 405 ? "POST" : nil), "\(bad.name)")

                let lines = try fixture.relays[0].logLines(with: "a call was refused")
                #expect(lines.count == logged + 1, "\(bad.name)")
                #expect(lines.last?.contains("reason=\(bad.reason)") == true, "\(bad.name): \(lines.last ?? "")")
                let series = #"yizhan_refused_calls_total{app="\#(bad.app)",reason="\#(bad.reason)"}"#
                counts[series, default: 0] += 1
                #expect(try await fixture.metric(series) == counts[series], "\(bad.name)")
            }
            let log = try fixture.relays[0].log
            for secret in [RelayFile.appSecret, RelayFile.endpointSecret, Self.phone, "ot1UbuBBzlE6IjEDWfyXQW3dy2S4"] {
                #expect(!log.contains(secret))
            }
            for parameter in ["sign=", "sign%3D", "time_stamp=1"] { #expect(!log.contains(parameter)) }
            let left = try await fixture.sql(
                "SELECT (SELECT count(*) FROM yizhan.event), (SELECT count(*) FROM yizhan.outbox)")
            #expect(left == "0|0")
            #expect(fixture.merchant.calls.isEmpty)

            #expect(try await platform.issue("good").result == 0)
        }
    }

    @Test func aGoodCallLeavesNeitherSignatureNorPhoneInTheLog() async throws {
        try await RelayFixture.with(merchant: { $0.timesSeen == 1 ? .status(500) : .issued }) { fixture in
            let platform = try fixture.platform
            let parameters = platform.parameters("quiet", ["phone": Self.phone])
            #expect(try await platform.post(platform.form(parameters)).result == 0)
            let log = try fixture.relays[0].log
            #expect(log.contains("order_no=quiet"))
            #expect(!log.contains(Self.phone))
            #expect(!log.contains(platform.signature(of: parameters)))
        }
    }

    @Test func aBodyThatNeverEndsIsAnsweredWith408AndHoldsUpNobody() async throws {
        try await RelayFixture.with { fixture in
            let platform = try fixture.platform
            let body = platform.form(platform.parameters("dripping"))
            try await RawConnection.with(port: platform.port) { connection in
                try await connection.send(platform.head(bodyBytes: body.count) + body.dropLast(1))
                #expect(try await platform.issue("meanwhile").result == 0)
                let answer = try #require(try await connection.answer())
                #expect(answer.status == 408)
                #expect(answer.headers["connection"] == "close")
                #expect(try JSON(parsing: answer.body)["result"] == 1)
                let next = try await connection.answer()
                #expect(next == nil, "the connection is closed")
            }
            #expect(try await fixture.metric(#"yizhan_refused_calls_total{app="teahouse-rrx",reason="too_slow"}"#) == 1)
            let lines = try fixture.relays[0].logLines(with: "a call was refused")
            #expect(lines.count == 1)
            #expect(try await fixture.sql("SELECT string_agg(order_no, ' ') FROM yizhan.event") == "meanwhile")
        }
    }

    @Test func aCallerThatStopsHalfwayLeavesNothingBehind() async throws {
        try await RelayFixture.with { fixture in
            let platform = try fixture.platform
            let body = platform.form(platform.parameters("halfway"))
            let request = platform.head(bodyBytes: body.count) + body
            for length in [20, request.count - body.count, request.count - 1] {
                // Says nothing more and listens; then: is gone.
                let answer = try await RawConnection.with(port: platform.port) { connection in
                    try await connection.send(request.prefix(length))
                    connection.finishSending()
                    return try await connection.answer()
                }
                #expect(answer.map { 400..<500 ~= $0.status } ?? true, "after \(length) bytes")
                try await RawConnection.with(port: platform.port) { try await $0.send(request.prefix(length)) }
            }
            #expect(try await platform.issue("after").result == 0)
            #expect(try await fixture.sql("SELECT string_agg(order_no, ' ') FROM yizhan.event") == "after")
        }
    }

    @Test func aCallerThatEndsItsSideAfterACompleteCallStillHearsTheAnswer() async throws {
        try await RelayFixture.with { fixture in
            let platform = try fixture.platform
            let body = platform.form(platform.parameters("half-open"))
            let answer = try await RawConnection.with(port: platform.port) { connection in
                try await connection.send(platform.head(bodyBytes: body.count) + body)
                connection.finishSending()
                return try await connection.answer()
            }
            #expect(answer?.status == 200)
            #expect(try await fixture.state(of: "half-open") == "delivered")
        }
    }
}
