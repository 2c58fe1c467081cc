import NIOCore
import RelayCore
import TestSupport
import Testing

@testable import Server

@Suite struct PlatformServerTests {
    private static let settled = Array(#"{"result":0,"msg":"ok"}"#.utf8)

    @Test func aVerifiedCallIsStoredAndHearsTheMerchantsAnswer() async throws {
        try await RunningServer.run(outcomes: RecordingOutcomes((.delivered, Self.settled))) { server in
            try await server.connect { connection in
                let answer = try await connection.post(RunningServer.issue, try goodsIssue())
                #expect(answer.status == 200 && answer.body == #"{"result":0,"msg":"ok"}"#)
                #expect(answer.headers["content-type"] == "application/json")
                #expect(server.inbox.submissions.map(\.arrival.orderNo) == ["order-1"])
                #expect(server.refusals.isEmpty)
            }
        }
    }

    @Test(
        arguments: [
            "/", "/in", "/in/teahouse-rrx", "/in/nobody/goods/issue", "/in/teahouse-rrx/goods/other",
            "/in/teahouse-rrx/goods/issue/", "/in/teahouse-rrx/goods/issue/x", "/in/teahouse-rrx/goods%2Fissue",
            "/in/%74eahouse-rrx/goods/issue", "/in/nobody/../teahouse-rrx/goods/issue",
            "/in/./teahouse-rrx/goods/issue", "/x/../in/teahouse-rrx/goods/issue", "/in/TEAHOUSE-RRX/goods/issue",
            "/in/teahouse-rrx;x/goods/issue", "/in/teahouse-rrx%00/goods/issue", "/livez", "/readyz", "/metrics",
        ])
    func anUnknownAppOrPathIs404WithJSONAndTheConnectionGoesOn(path: String) async throws {
        try await RunningServer.run { server in
            try await server.connect { connection in
                let answer = try await connection.post(path, try goodsIssue())
                #expect(answer.status == 404 && answer.headers["content-type"] == "application/json")
                #expect(try JSON(parsing: Array(answer.body.utf8))["result"] == 1)
                #expect(server.inbox.submissions.isEmpty)
                #expect(server.refusals.count == 1)

                #expect(try await connection.post(RunningServer.issue, try goodsIssue()).status == 200)
            }
        }
    }

    @Test(arguments: ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
    func aWrongMethodIs405WithAllowAndTheConnectionGoesOn(method: String) async throws {
        try await RunningServer.run { server in
            try await server.connect { connection in
                try await connection.send(RawConnection.request(method, RunningServer.issue))
                let answer = try await connection.answer(hasBody: method != "HEAD")
                #expect(answer.status == 405 && answer.headers["allow"] == "POST")

                #expect(try await connection.post(RunningServer.issue, try goodsIssue()).status == 200)
                #expect(server.inbox.submissions.count == 1)
            }
        }
    }

    @Test(arguments: [
        "application/json", "multipart/form-data; boundary=x", "text/plain", "", "x",
        "application/x-www-form-urlencoded\u{315}\u{300}",
    ])
    func aWrongContentTypeIs415AndTheConnectionGoesOn(type: String) async throws {
        try await RunningServer.run { server in
            try await server.connect { connection in
                let answer = try await connection.post(RunningServer.issue, try goodsIssue(), type: type)
                #expect(answer.status == 415)
                #expect(try JSON(parsing: Array(answer.body.utf8))["result"] == 1)
                let form = "Application/X-WWW-Form-URLEncoded ; charset=UTF-8"
                #expect(try await connection.post(RunningServer.issue, try goodsIssue(), type: form).status == 200)
            }
        }
    }

    @Test func aBodyOf64KiBIsReadAndOneByteMoreIs413() async throws {
        try await RunningServer.run { server in
            for (size, status) in [(65_536, 200), (65_537, 413)] {
                try await server.connect { connection in
                    let answer = try await connection.post(RunningServer.issue, String(repeating: "a", count: size))
                    #expect(answer.status == status)
                    #expect(answer.headers["connection"] == (status == 413 ? "close" : nil))
                }
            }
        }
    }

    @Test func aChunkedBodyThatGrowsTooLargeIs413BeforeItEnds() async throws {
        try await RunningServer.run(patience: .seconds(2)) { server in
            try await server.connect { connection in
                let chunk = "2000\r\n" + String(repeating: "a", count: 0x2000) + "\r\n"
                try await connection.send(
                    "POST \(RunningServer.issue) HTTP/1.1\r\nHost: relay\r\nTransfer-Encoding: chunked\r\n"
                        + "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
                        + String(repeating: chunk, count: 9))
                let answer = try await connection.answer()
                #expect(answer.status == 413 && answer.headers["connection"] == "close")
                try await eventually("the connection is closed") { connection.isClosed }
                #expect(connection.received.isEmpty, "one call has one answer")
                #expect(server.refusals.count == 1)
            }
        }
    }

    @Test func anAnnouncedLengthThatIsTooLargeIs413AtOnce() async throws {
        try await RunningServer.run(patience: .seconds(2)) { server in
            try await server.connect { connection in
                try await connection.send(
                    "POST \(RunningServer.issue) HTTP/1.1\r\nHost: relay\r\nContent-Length: 999999999\r\n"
                        + "Content-Type: application/x-www-form-urlencoded\r\n\r\nabc")
                #expect(try await connection.answer().status == 413)
                try await eventually("the connection is closed") { connection.isClosed }
                #expect(connection.received.isEmpty && server.refusals.count == 1)
            }
        }
    }

    @Test func aLengthThatIsTooShortMakesTheRestABadRequest() async throws {
        try await RunningServer.run { server in
            try await server.connect { connection in
                let body = try goodsIssue()
                try await connection.send(
                    "POST \(RunningServer.issue) HTTP/1.1\r\nHost: relay\r\nContent-Length: \(body.utf8.count - 40)\r\n"
                        + "Content-Type: application/x-www-form-urlencoded\r\n\r\n\(body)")
                #expect(try await connection.answer().status == 200)
                try await eventually("the connection is closed") { connection.isClosed }
                #expect(server.inbox.submissions.isEmpty, "a body that is cut short has a wrong signature")
            }
        }
    }

    /// Comparing it with the names of apps would take long if it were made for that.
    @Test func anAddressBeyondASCIIIsABadRequest() async throws {
        try await RunningServer.run { server in
            try await server.connect { connection in
                let path = "/in/teahouse-rrx" + String(repeating: "\u{315}\u{300}", count: 3_000) + "/goods/issue"
                let answer = try await connection.post(path, try goodsIssue())
                #expect(answer.status == 400)
                #expect(server.inbox.submissions.isEmpty && server.refusals.isEmpty)
            }
        }
    }

    @Test(arguments: ["Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: -5\r\n", "Content-Length: x\r\n"])
    func aSenselessLengthIsABadRequest(header: String) async throws {
        try await RunningServer.run { server in
            try await server.connect { connection in
                try await connection.send("POST \(RunningServer.issue) HTTP/1.1\r\nHost: relay\r\n\(header)\r\nabcdef")
                #expect(try await connection.answer().status == 400)
                try await eventually("the connection is closed") { connection.isClosed }
                #expect(server.inbox.submissions.isEmpty)
            }
        }
    }

    @Test func aHeadThatIsTooLargeIs431AndItsConnectionIsClosed() async throws {
        try await RunningServer.run { server in
            try await server.connect { connection in
                try await connection.send(
                    "POST \(RunningServer.issue) HTTP/1.1\r\nHost: relay\r\nX: "
                        + String(repeating: "a", count: 20_000) + "\r\n\r\n")
                let answer = try await connection.answer()
                #expect(answer.status == 431 && answer.headers["connection"] == "close")
                try await eventually("the connection is closed") { connection.isClosed }
                #expect(server.inbox.submissions.isEmpty)
            }
        }
    }

    @Test func aBodyThatDripsIs408OnceAndItsConnectionIsClosed() async throws {
        try await RunningServer.run(patience: .milliseconds(200)) { server in
            try await server.connect { connection in
                try await connection.send(
                    "POST \(RunningServer.issue) HTTP/1.1\r\nHost: relay\r\nContent-Length: 1000\r\n"
                        + "Content-Type: application/x-www-form-urlencoded\r\n\r\n")
                let start = ContinuousClock.now
                while !connection.isClosed, start.duration(to: .now) < .seconds(5) {
                    // Fails once the server has closed.
                    try? await connection.send("a")
                    try await Task.sleep(for: .milliseconds(10))
                }
                #expect(connection.isClosed)
                let answer = try await connection.answer()
                #expect(answer.status == 408 && answer.headers["connection"] == "close")
                #expect(try JSON(parsing: Array(answer.body.utf8))["result"] == 1)
                #expect(connection.received.isEmpty)
                #expect(server.refusals.count == 1 && server.refusals[0].contains("reason=too_slow"))
            }
        }
    }

    @Test func aRefusedCallWhoseBodyDripsHasOneAnswerAndIsClosed() async throws {
        try await RunningServer.run(patience: .seconds(1)) { server in
            try await server.connect { connection in
                try await connection.send(
                    "POST /in/nobody/goods/issue HTTP/1.1\r\nHost: r\r\nContent-Length: 9\r\n\r\na")
                #expect(try await connection.answer().status == 404)
                try await eventually("the connection is closed") { connection.isClosed }
                #expect(connection.received.isEmpty && server.refusals.count == 1)
            }
        }
    }

    @Test func aConnectionMayLastLongerThanABodyMay() async throws {
        try await RunningServer.run(patience: .milliseconds(500)) { server in
            try await server.connect { connection in
                let start = ContinuousClock.now
                while start.duration(to: .now) < .milliseconds(1_200) {
                    let answer = try await connection.post(RunningServer.issue, try goodsIssue())
                    #expect(answer.status == 200)
                }
                #expect(!connection.isClosed && server.refusals.isEmpty)
            }
        }
    }

    @Test func aClientThatHangsUpIsLoggedOnce() async throws {
        try await RunningServer.run { server in
            try await server.connect { connection in
                try await connection.send(
                    "POST \(RunningServer.issue) HTTP/1.1\r\nHost: relay\r\nContent-Length: 1000\r\n"
                        + "Content-Type: application/x-www-form-urlencoded\r\n\r\nabc")
            }
            try await eventually("it is logged") { server.refusals.count == 1 }
            #expect(server.inbox.submissions.isEmpty)
        }
    }

    @Test func pipelinedCallsAreAnsweredInTheirOrder() async throws {
        try await RunningServer.run(outcomes: RecordingOutcomes((.delivered, Self.settled))) { server in
            try await server.connect { connection in
                let good = RawConnection.request("POST", RunningServer.issue, try goodsIssue())
                let bad = RawConnection.request("POST", "/in/nobody/goods/issue", try goodsIssue())
                try await connection.send(good + bad + good + bad)
                var statuses: [Int] = []
                for _ in 1...4 { statuses.append(try await connection.answer().status) }
                #expect(statuses == [200, 404, 200, 404])
                #expect(server.inbox.submissions.count == 2)
            }
        }
    }

    @Test(arguments: [InboxError.full, .unavailable, .unknown])
    func whatCannotBeStoredIs503WithRetryAfterAndContractJSON(error: InboxError) async throws {
        let inbox = RecordingInbox { (_) throws(InboxError) in throw error }
        try await RunningServer.run(inbox: inbox) { server in
            try await server.connect { connection in
                let answer = try await connection.post(RunningServer.issue, try goodsIssue())
                #expect(answer.status == 503 && answer.headers["retry-after"] == "2")
                #expect(try JSON(parsing: Array(answer.body.utf8))["result"] == 1)
            }
        }
    }

    @Test func aRefusalIsLoggedOnceWithNothingOfTheCallsValues() async throws {
        try await RunningServer.run { server in
            try await server.connect { connection in
                let forged = try goodsIssue(secret: Secret("another"))
                let bodies = [
                    forged, forged.replacing("key-of-the-app", with: "somebody-elses"), forged + "&phone=1",
                    "%zz", "app_key=key-of-the-app", try goodsIssue(goods: "unrouted"),
                ]
                for (index, body) in bodies.enumerated() {
                    let answer = try await connection.post(RunningServer.issue, body)
                    #expect(answer.status == 200)
                    #expect(try JSON(parsing: Array(answer.body.utf8))["result"] == 1)
                    #expect(server.refusals.count == index + 1)
                }
                let log = server.log.all.joined(separator: "\n")
                for value in [
                    "secret-of-the-app", "key-of-the-app", "somebody-elses", "openid-of-a-person", "13635603333",
                    "order-1", "unrouted", try #require(forged.firstMatch(of: /sign=([0-9A-F]+)/)).1,
                ] {
                    #expect(!log.contains(value))
                }
                #expect(log.contains("from=127.0.0.1") && log.contains("app=teahouse-rrx"))
                #expect(server.inbox.submissions.isEmpty)
            }
        }
    }

    @Test func aRefusedCallIsKeptForOperatorsWithNamesAndNoValues() async throws {
        let rejections = RecordingRejections()
        try await RunningServer.run(rejections: rejections) { server in
            try await server.connect { connection in
                _ = try await connection.post(RunningServer.issue, try goodsIssue(secret: Secret("another")))
                _ = try await connection.post("/in/nobody/goods/issue", "a=1")
                _ = try await connection.post(RunningServer.issue, "a=1", type: "text/plain")
            }
        }
        let calls = rejections.calls
        #expect(calls.map(\.reason) == ["wrong_signature", "unknown_app", "wrong_content_type"])
        #expect(calls.map(\.app) == [teahouse.id, nil, teahouse.id])
        #expect(calls.allSatisfy { $0.remoteAddress == "127.0.0.1" })
        #expect(
            calls.map(\.parameters) == [
                ["app_key", "time_stamp", "openid", "order_no", "goods_code", "phone", "sign"], [], [],
            ])
    }

    @Test func theTraceThatACallNamesGoesWithItsEventAndABrokenOneDoesNot() async throws {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        let header = "traceparent: 00-\(trace)-00f067aa0ba902b7-01\r\n"
        try await RunningServer.run { server in
            try await server.connect { connection in
                for headers in [header, "", header + header, "traceparent: \(trace)\r\n"] {
                    let request = RawConnection.request("POST", RunningServer.issue, try goodsIssue())
                    try await connection.send(request.replacing("Host: relay\r\n", with: "Host: relay\r\n" + headers))
                    _ = try await connection.answer()
                }
            }
            #expect(server.inbox.submissions.map(\.arrival.trace?.traceID) == [trace, nil, nil, nil])
            let id = try #require(server.inbox.submissions.last?.id)
            #expect(
                server.log.all.contains {
                    $0
                        == "accepted app=teahouse-rrx event=\(id) order_no=order-1 trace_id=\("\(id)".filter { $0 != "-" })"
                })
        }
    }

    @Test func anOutsiderMakesNoNewSeries() async throws {
        try await RunningServer.run { server in
            try await server.connect { connection in
                for number in 1...20 {
                    _ = try await connection.post("/in/outsider-\(number)/goods/issue", "")
                    _ = try await connection.post("/in/teahouse-rrx/outsider-\(number)", "")
                    _ = try await connection.post("/outsider-\(number)", "")
                }
            }
            let text = TestMetrics.registry.text()
            #expect(!text.contains("outsider"))
            #expect(text.contains(#"yizhan_refused_calls_total{app="",reason="unknown_app"}"#))
            #expect(text.contains(#"yizhan_refused_calls_total{app="teahouse-rrx",reason="unknown_path"}"#))
        }
    }
}
