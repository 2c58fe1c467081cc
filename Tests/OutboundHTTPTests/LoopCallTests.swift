import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import OutboundHTTP

/// Calls without a task, on the event loop.
@Suite(.timeLimit(.minutes(1))) struct LoopCallTests {
    @Test func eachCallEndsOnceAndTheNextMayBeginFromThere() async throws {
        try await ScriptedServer.run(script: { try await $0.serve(Answers.ok) }) { server in
            try await withDestination("http://127.0.0.1:\(server.port)", maxConnections: 3) { destination in
                let ends = Ends()
                destination.onEventLoop { for _ in 1...3 { follow(200, at: destination, ends) } }
                try await eventually("600 calls have ended") { ends.all.count == 600 }
                #expect(ends.all.allSatisfy { $0.text == "ok" })
                #expect(server.accepted == 3)
                // The connection is free before the call has ended: none had to wait for one.
                #expect(ends.all.allSatisfy { $0.timings.queueing == nil })
            }
        }
    }

    @Test func cuttingShortEndsEveryCallOnceWhereverItIs() async throws {
        let script: ScriptedServer.Script = { peer in
            _ = try await peer.request()
            try await peer.hang()
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)", maxConnections: 4) { destination in
                let ends = Ends()
                destination.onEventLoop { for _ in 1...20 { start(at: destination, ends) } }
                async let task = destination.get()
                try await eventually("4 connections are open") { server.open == 4 }
                destination.cutShort()
                #expect(await task.failure == .cancelled)
                try await eventually("20 calls have ended") { ends.all.count == 20 }
                // What is begun later ends as it begins.
                destination.onEventLoop { start(at: destination, ends) }
                try await eventually("21 calls have ended") { ends.all.count == 21 }
                #expect(ends.all.allSatisfy { $0.failure == .cancelled })
                try await eventually("no connection is open") { server.open == 0 }
            }
        }
    }

    @Test func cuttingShortEndsCallsWhoseConnectionsAreNotThereYet() async throws {
        let resolver = HangingResolver()
        try await withDestination("http://hangs.example", maxConnections: 2, resolver: resolver) { destination in
            let ends = Ends()
            destination.onEventLoop { for _ in 1...5 { start(at: destination, ends) } }
            try await eventually("it is looked up twice") { resolver.lookups == 2 }
            destination.cutShort()
            try await eventually("5 calls have ended") { ends.all.count == 5 }
            #expect(ends.all.allSatisfy { $0.failure == .cancelled })
            resolver.letGo()
        }
    }

    @Test func aCallThatCannotBeWrittenEndsAtOnce() async throws {
        try await withDestination("http://127.0.0.1:9") { destination in
            let ends = Ends()
            destination.onEventLoop {
                destination.start(HTTPCall(method: .get, target: "no path"), within: .seconds(1)) { ends.note($0) }
                #expect(ends.all.count == 1)
            }
            try await eventually("one call has ended") { ends.all.count == 1 }
            #expect(ends.all.first?.failure == .invalidCall(reason: "the request target is not a percent-encoded path"))
        }
    }

    @Test func aRequestIsWrittenWholeInOrder() async throws {
        let requests = Mutex<[String]>([])
        let script: ScriptedServer.Script = { peer in
            while let request = try await peer.request() {
                requests.withLock { $0.append(request) }
                try await peer.send(Answers.ok)
            }
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                let headers = [(name: "X-One", value: "1"), (name: "x-two", value: "zwei, 二")]
                for call in [
                    HTTPCall(method: .post, target: "/a?b=c", headers: headers, body: Array("body 体".utf8)),
                    HTTPCall(method: .post, target: "/"), HTTPCall(method: .get, target: "/d", headers: headers),
                ] {
                    #expect(await destination.call(call, within: .seconds(10)).text == "ok")
                }
                let host = "Host: 127.0.0.1:\(server.port)\r\n"
                #expect(
                    requests.withLock { $0 } == [
                        "POST /a?b=c HTTP/1.1\r\n\(host)X-One: 1\r\nx-two: zwei, 二\r\nContent-Length: 8\r\n\r\nbody 体",
                        "POST / HTTP/1.1\r\n\(host)Content-Length: 0\r\n\r\n",
                        "GET /d HTTP/1.1\r\n\(host)X-One: 1\r\nx-two: zwei, 二\r\n\r\n",
                    ])
            }
        }
    }
}

private final class Ends: Sendable {
    private let state = Mutex<[HTTPExchange]>([])

    var all: [HTTPExchange] { state.withLock { $0 } }

    func note(_ exchange: HTTPExchange) {
        state.withLock { $0.append(exchange) }
    }
}

private func start(at destination: HTTPDestination, _ ends: Ends) {
    destination.start(HTTPCall(method: .get, target: "/"), within: .seconds(30)) { ends.note($0) }
}

/// So many calls, each begun where the one before ends.
private func follow(_ count: Int, at destination: HTTPDestination, _ ends: Ends) {
    destination.start(HTTPCall(method: .get, target: "/"), within: .seconds(30)) { exchange in
        ends.note(exchange)
        if count > 1 { follow(count - 1, at: destination, ends) }
    }
}
