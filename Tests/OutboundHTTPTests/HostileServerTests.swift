import NIOCore
import TestSupport
import Testing

@testable import OutboundHTTP

/// Servers that mean harm, or are broken in the ways that harm does.
@Suite(.timeLimit(.minutes(1))) struct HostileServerTests {
    @Test(arguments: [301, 302, 303, 307, 308])
    func aRedirectIsAnAnswerAndLeadsNowhere(status: Int) async throws {
        try await ScriptedServer.run(script: { try await $0.serve(Answers.ok) }) { inside in
            let answer =
                "HTTP/1.1 \(status) Moved\r\nLocation: http://127.0.0.1:\(inside.port)/\r\nContent-Length: 0\r\n\r\n"
            try await ScriptedServer.run(script: { try await $0.serve(answer) }) { server in
                try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                    #expect(await destination.get().answer?.status == status)
                    #expect(await destination.post("body").answer?.status == status)
                }
            }
            #expect(inside.accepted == 0)
        }
    }

    /// Sends the beginning, then more again and again, for as long as somebody listens.
    private static func endless(_ beginning: String, _ more: String, every pause: Duration) -> ScriptedServer.Script {
        { peer in
            _ = try await peer.request()
            try await peer.send(beginning)
            while true {
                try await peer.send(more)
                try await Task.sleep(for: pause)
            }
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nX: ", "x"), ("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", "x"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
        ("HTTP/1.1 200 OK\r\n\r\n", "x"),
    ])
    func dripsDoNotPutOffTheDeadline(beginning: String, drip: String) async throws {
        let script = Self.endless(beginning, drip, every: .milliseconds(5))
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                let exchange = await destination.get(timeout: .milliseconds(300))
                #expect(exchange.failure == .timedOut(.reading))
                #expect(exchange.timings.total < .seconds(5))
                try await eventually("no connection is open") { server.open == 0 }
            }
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
    ])
    func anEndlessBodyIsCut(beginning: String) async throws {
        let script = Self.endless(beginning, String(repeating: "x", count: 30_000), every: .zero)
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                let answer = try #require(await destination.get().answer)
                #expect(answer.isBodyTruncated && answer.body.count == HTTPAnswer.maximumBodyByteCount)
                try await eventually("no connection is open") { server.open == 0 }
            }
        }
    }

    @Test func endlessInterimAnswersFailTheCall() async throws {
        let interim = "HTTP/1.1 103 Early Hints\r\n\r\n"
        try await ScriptedServer.run(script: Self.endless(interim, interim, every: .zero)) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                #expect(
                    await destination.get().failure == .malformedAnswer(reason: "more than 16 interim answers"))
                try await eventually("no connection is open") { server.open == 0 }
            }
        }
    }

    @Test(arguments: [
        "ffffffffffffffffff\r\nx", "10000000000000000\r\nx", "-1\r\nx\r\n0\r\n\r\n", "0x1\r\nx\r\n0\r\n\r\n",
        "1\r\nxy\r\n0\r\n\r\n", " \r\nx\r\n0\r\n\r\n",
    ])
    func chunksWhoseSizesLieOrOverflowFailTheCall(chunks: String) async throws {
        let bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
        try await ScriptedServer.run(script: { try await $0.serve(bytes) }) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                let exchange = await destination.get(timeout: .seconds(5))
                guard case .malformedAnswer = exchange.failure else {
                    Issue.record("\(exchange.result)")
                    return
                }
                try await eventually("no connection is open") { server.open == 0 }
            }
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello",
        "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nX-Sum: 1\r\n\r\n",
    ])
    func anAnswerThatIsCutAtAnyByteIsNotOne(answer: String) async throws {
        // Connection n is closed behind n - 1 bytes, the last one behind the whole.
        let script: ScriptedServer.Script = { peer in
            _ = try await peer.request()
            try await peer.send(String(decoding: answer.utf8.prefix(peer.number - 1), as: UTF8.self))
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)", maxConnections: 1) { destination in
                for count in 0..<answer.utf8.count {
                    let failure = await destination.get().failure
                    #expect(failure == (count == 0 ? .closedBeforeAnswer : .closedDuringAnswer), "\(count) bytes")
                }
                #expect(await destination.get().text == "hello")
            }
        }
    }

    @Test func anAnswerBehindAnotherIsNeverThatOfTheNextCall() async throws {
        // The second answer comes with the first, right behind it, or a little later.
        for pause in [nil, .zero, .milliseconds(1), .milliseconds(3)] as [Duration?] {
            let evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
            let script: ScriptedServer.Script = { peer in
                _ = try await peer.request()
                if let pause {
                    try await peer.send(Answers.ok)
                    try await Task.sleep(for: pause)
                    try await peer.send(evil)
                } else {
                    try await peer.send(Answers.ok + evil)
                }
                try await peer.hang()
            }
            try await ScriptedServer.run(script: script) { server in
                try await withDestination("http://127.0.0.1:\(server.port)", maxConnections: 1) { destination in
                    #expect(await destination.get().text == "ok")
                    try await eventually("no connection is open") { server.open == 0 }
                    #expect(await destination.get().text == "ok")
                    #expect(server.accepted == 2)
                }
            }
        }
    }

    @Test func anAnswerThatCameBeforeTheCallIsItsOwnConnectionsAndThatIsNotKept() async throws {
        let script: ScriptedServer.Script = { peer in
            try await peer.send(Answers.ok + Answers.ok)
            try await peer.hang()
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                for _ in 1...3 { #expect(await destination.get().timings.isConnectionReused == false) }
                #expect(server.accepted == 3)
            }
        }
    }

    @Test(arguments: ["gzip", "deflate", "br"])
    func aCompressedBodyIsTakenAsItIs(encoding: String) async throws {
        // What looks like 20 bytes may be a gigabyte.
        let body = "\u{1f}\u{2}not unpacked at all"
        let bytes =
            "HTTP/1.1 200 OK\r\nContent-Encoding: \(encoding)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        try await ScriptedServer.run(script: { try await $0.serve(bytes) }) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                #expect(await destination.get().text == body)
            }
        }
    }

    @Test(arguments: [
        "X: a\0b\r\n", "X: a\u{1}b\r\n", "X: a\u{7f}b\r\n", "X: a\rb\r\n", "X\0: a\r\n", "X : a\r\n", "X\u{1}: a\r\n",
    ])
    func headersWithControlCharactersFailTheCall(header: String) async throws {
        let bytes = "HTTP/1.1 200 OK\r\n\(header)Content-Length: 2\r\n\r\nok"
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
}
