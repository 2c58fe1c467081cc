import TestSupport
import Testing

@testable import OutboundHTTP

/// Answers as bytes on a socket: what a call makes of them, and whether its connection is used again.
@Suite(.timeLimit(.minutes(1))) struct HTTPAnswerTests {
    struct Wire: Sendable, CustomTestStringConvertible {
        let what: String
        let bytes: String
        let status: Int
        let body: String
        let reused: Bool
        var testDescription: String { what }
    }

    @Test(arguments: [
        Wire(what: "a length", bytes: Answers.ok, status: 200, body: "ok", reused: true),
        Wire(
            what: "no body", bytes: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", status: 200, body: "", reused: true),
        Wire(
            what: "chunks with extensions and trailers",
            bytes: "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nX-Sum: 1\r\n\r\n",
            status: 201, body: "hello", reused: true),
        Wire(what: "204", bytes: "HTTP/1.1 204 No Content\r\n\r\n", status: 204, body: "", reused: true),
        Wire(
            what: "304 with a length", bytes: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", status: 304,
            body: "", reused: true),
        Wire(
            what: "204 with a body", bytes: "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok", status: 204,
            body: "", reused: false),
        Wire(
            what: "a redirect", bytes: "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", status: 302,
            body: "", reused: true),
        Wire(
            what: "interim answers first",
            bytes: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + Answers.ok,
            status: 200, body: "ok", reused: true),
        Wire(
            what: "Connection: close", bytes: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
            status: 200, body: "ok", reused: false),
        Wire(
            what: "HTTP/1.0", bytes: "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", status: 200, body: "ok",
            reused: false),
        Wire(
            what: "HTTP/1.0 kept alive",
            bytes: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", status: 200, body: "ok",
            reused: true),
        Wire(what: "one stray byte after it", bytes: Answers.ok + "H", status: 200, body: "ok", reused: false),
        Wire(what: "garbage after it", bytes: Answers.ok + "\0garbage", status: 200, body: "ok", reused: false),
        Wire(what: "a second answer after it", bytes: Answers.ok + Answers.ok, status: 200, body: "ok", reused: false),
    ])
    func anAnswerIsRead(wire: Wire) async throws {
        try await ScriptedServer.run(script: { try await $0.serve(wire.bytes) }) { server in
            try await withDestination("http://127.0.0.1:\(server.port)", maxConnections: 1) { destination in
                for turn in 1...3 {
                    let exchange = await destination.post("body")
                    #expect(exchange.answer?.status == wire.status)
                    #expect(exchange.text == wire.body)
                    #expect(exchange.timings.isConnectionReused == (wire.reused && turn > 1))
                }
                #expect(server.accepted == (wire.reused ? 1 : 3))
            }
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\n\r\nhello", "HTTP/1.0 200 OK\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
    ])
    func aBodyWithoutALengthEndsWithTheConnection(bytes: String) async throws {
        let script: ScriptedServer.Script = { peer in
            _ = try await peer.request()
            try await peer.send(bytes)
            try await peer.halfClose()
            try await peer.hang()
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                #expect(await destination.get().text == "hello")
                #expect(await destination.get().timings.isConnectionReused == false)
            }
        }
    }

    @Test(arguments: [
        "garbage\r\n\r\n", "\0\u{1}\u{2}", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "SSH-2.0-x\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        "HTTP/1.1 020 OK\r\nContent-Length: 0\r\n\r\n",
    ])
    func whatIsNotHTTPIsReportedSoAndItsConnectionClosed(bytes: String) async throws {
        try await ScriptedServer.run(script: { try await $0.serve(bytes) }) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                let exchange = await destination.get()
                guard case .malformedAnswer = exchange.failure else {
                    Issue.record("\(exchange.result)")
                    return
                }
                try await eventually("no connection is open") { server.open == 0 }
            }
        }
    }

    @Test func headersAreFoundInAnyCaseAndAllOfThem() async throws {
        let bytes = "HTTP/1.1 200 OK\r\nX-One: 1\r\nx-one: 2\r\nContent-Length: 0\r\n\r\n"
        try await ScriptedServer.run(script: { try await $0.serve(bytes) }) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                let answer = try #require(await destination.get().answer)
                #expect(answer.value(of: "X-ONE") == "1")
                #expect(answer.values(of: "x-one") == ["1", "2"])
                #expect(answer.value(of: "none") == nil)
            }
        }
    }

    @Test func anAnswerInDripsIsRead() async throws {
        let script: ScriptedServer.Script = { peer in
            while try await peer.request() != nil {
                for character in Answers.ok.utf8 {
                    try await peer.send(String(decoding: [character], as: UTF8.self))
                }
            }
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                for _ in 1...3 { #expect(await destination.get().text == "ok") }
                #expect(server.accepted == 1)
            }
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 " + String(repeating: "x", count: 17_000) + "\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 17_000) + "\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n" + String(repeating: "X-Y: 12345678\r\n", count: 1200) + "Content-Length: 0\r\n\r\n",
        String(repeating: "HTTP/1.1 103 Hints\r\nX: \(String(repeating: "x", count: 2000))\r\n\r\n", count: 10)
            + Answers.ok,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + String(repeating: "x", count: 17_000)
            + "\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: " + String(repeating: "endless", count: 5000),
    ])
    func aHeadBeyondTheBoundFailsTheCall(bytes: String) async throws {
        try await ScriptedServer.run(script: { try await $0.serve(bytes) }) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                #expect(await destination.get().failure == .headTooLarge)
                try await eventually("no connection is open") { server.open == 0 }
            }
        }
    }

    @Test func aHeadJustWithinTheBoundIsRead() async throws {
        let filler = String(repeating: "x", count: HTTPAnswer.maximumHeadByteCount - 200)
        let bytes = "HTTP/1.1 200 OK\r\nX: \(filler)\r\nContent-Length: 2\r\n\r\nok"
        try await ScriptedServer.run(script: { try await $0.serve(bytes) }) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                #expect(await destination.get().answer?.value(of: "x") == filler)
                #expect(await destination.get().timings.isConnectionReused)
            }
        }
    }

    @Test(arguments: ["Content-Length: 1000000", "X-No: length"])
    func aLongBodyIsCutAndItsConnectionClosed(framing: String) async throws {
        let bytes = "HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n" + String(repeating: "b", count: 1_000_000)
        try await ScriptedServer.run(script: { try await $0.serve(bytes) }) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                let answer = try #require(await destination.get().answer)
                #expect(answer.body == Array(repeating: UInt8(ascii: "b"), count: 64 * 1024))
                #expect(answer.isBodyTruncated)
                try await eventually("no connection is open") { server.open == 0 }
            }
        }
    }

    @Test func aCallMayAllowALongerBody() async throws {
        let body = String(repeating: "b", count: 100_000)
        let bytes = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + body
        try await ScriptedServer.run(script: { try await $0.serve(bytes) }) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                for (limit, isCut) in [(100_000, false), (99_999, true), (HTTPAnswer.maximumBodyByteCount, true)] {
                    let call = HTTPCall(method: .get, target: "/", answerLimit: limit)
                    let exchange = await destination.call(call, connectTimeout: .seconds(5), timeout: .seconds(10))
                    #expect(exchange.answer?.body.count == limit)
                    #expect(exchange.answer?.isBodyTruncated == isCut)
                }
            }
        }
    }

    @Test func theRequestIsWrittenAsAsked() async throws {
        let script: ScriptedServer.Script = { peer in
            while let request = try await peer.request() {
                try await peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(request.utf8.count)\r\n\r\n\(request)")
            }
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://localhost:\(server.port)") { destination in
                var call = HTTPCall(
                    method: .post, target: "/a%20b?c=d", headers: [(name: "X-Sign", value: "é=1")],
                    body: Array("body".utf8))
                let post = await destination.call(call, connectTimeout: .seconds(5), timeout: .seconds(5))
                #expect(
                    post.text == "POST /a%20b?c=d HTTP/1.1\r\nHost: localhost:\(server.port)\r\nX-Sign: é=1\r\n"
                        + "Content-Length: 4\r\n\r\nbody")
                call.method = .get
                let get = await destination.call(call, connectTimeout: .seconds(5), timeout: .seconds(5))
                #expect(
                    get.text == "GET /a%20b?c=d HTTP/1.1\r\nHost: localhost:\(server.port)\r\nX-Sign: é=1\r\n\r\n")
            }
        }
    }

    @Test(arguments: [
        HTTPCall(method: .get, target: "/ x"), HTTPCall(method: .get, target: "x"),
        HTTPCall(method: .get, target: "/\r\nX: y"),
        HTTPCall(method: .get, target: "/", headers: [(name: "X", value: "a\r\nY: b")]),
        HTTPCall(method: .get, target: "/", headers: [(name: "X: a\r\nY", value: "b")]),
        HTTPCall(method: .get, target: "/", headers: [(name: "", value: "b")]),
    ])
    func aCallThatWouldSmuggleIsNotSent(call: HTTPCall) async throws {
        try await ScriptedServer.run(script: { try await $0.serve(Answers.ok) }) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                let exchange = await destination.call(call, connectTimeout: .seconds(5), timeout: .seconds(5))
                guard case .invalidCall = exchange.failure else {
                    Issue.record("\(exchange.result)")
                    return
                }
                #expect(server.accepted == 0)
            }
        }
    }

    @Test func anAnswerThatComesBeforeTheBodyIsWrittenIsTaken() async throws {
        let script: ScriptedServer.Script = { peer in
            try await peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
            try await peer.hang()
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                // More than the socket buffers of both sides take at once.
                let exchange = await destination.post(String(repeating: "b", count: 32 << 20))
                #expect(exchange.answer?.status == 413)
                #expect(exchange.text == "no")
                try await eventually("no connection is open") { server.open == 0 }
            }
        }
    }
}
