import TestSupport
import Testing

@testable import OutboundHTTP

/// Connections that end when nobody expects it.
@Suite(.timeLimit(.minutes(1))) struct ConnectionReuseTests {
    /// How a server drops a connection.
    enum Drop: CaseIterable, Sendable {
        case close
        case halfClose
        case reset

        func callAsFunction(_ peer: ScriptedServer.Peer) async throws {
            switch self {
            case .close: return
            case .halfClose:
                try await peer.halfClose()
                try await peer.hang()
            case .reset: try await peer.reset()
            }
        }
    }

    @Test(arguments: Drop.allCases)
    func aKeptConnectionThatDropsTheCallUnansweredIsReplacedOnce(drop: Drop) async throws {
        let script: ScriptedServer.Script = { peer in
            _ = try await peer.request()
            try await peer.send(Answers.ok)
            _ = try await peer.request()
            if peer.number == 1 { try await drop(peer) } else { try await peer.send(Answers.ok) }
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)", maxConnections: 1) { destination in
                #expect(await destination.get().text == "ok")
                let second = await destination.post("x")
                #expect(second.text == "ok")
                #expect(!second.timings.isConnectionReused)
                #expect(second.timings.connecting != nil)
                #expect(server.accepted == 2)
            }
        }
    }

    @Test(arguments: Drop.allCases)
    func aFreshConnectionThatDropsTheCallIsNotReplaced(drop: Drop) async throws {
        let script: ScriptedServer.Script = { peer in
            if peer.number == 1 {
                _ = try await peer.request()
                try await peer.send(Answers.ok)
            }
            _ = try await peer.request()
            try await drop(peer)
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)", maxConnections: 1) { destination in
                #expect(await destination.get().text == "ok")
                // The kept connection is dropped, and so is its replacement: that is the end of it.
                #expect(await destination.get().failure == .closedBeforeAnswer)
                #expect(server.accepted == 2)
            }
        }
    }

    @Test(arguments: ["H", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"], Drop.allCases)
    func aCallIsNotRepeatedOnceAByteOfTheAnswerIsHere(part: String, drop: Drop) async throws {
        let script: ScriptedServer.Script = { peer in
            _ = try await peer.request()
            try await peer.send(Answers.ok)
            _ = try await peer.request()
            try await peer.send(part)
            try await drop(peer)
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)", maxConnections: 1) { destination in
                #expect(await destination.get().text == "ok")
                let failure = await destination.get().failure
                // A reset may overtake the bytes before it, and then nothing of the answer has arrived.
                if drop != .reset {
                    #expect(failure == .closedDuringAnswer)
                    #expect(server.accepted == 1)
                }
            }
        }
    }

    @Test func aConnectionThatIsResetWithinABodyWithoutLengthHasNoAnswer() async throws {
        let script: ScriptedServer.Script = { peer in
            _ = try await peer.request()
            try await peer.send("HTTP/1.1 200 OK\r\n\r\nhalf")
            try await peer.reset()
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                let failure = await destination.get().failure
                #expect(failure == .closedDuringAnswer || failure == .closedBeforeAnswer)
            }
        }
    }

    @Test func bytesOnAnIdleConnectionEndIt() async throws {
        let script: ScriptedServer.Script = { peer in
            _ = try await peer.request()
            try await peer.send(Answers.ok)
            if peer.number == 1 { try await peer.send("HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n") }
            try await peer.serve(Answers.ok)
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                #expect(await destination.get().text == "ok")
                try await eventually("no connection is open") { server.open == 0 }
                #expect(await destination.get().text == "ok")
                #expect(server.accepted == 2)
            }
        }
    }

    @Test func aPeerThatClosesWhileIdleIsNoticed() async throws {
        let script: ScriptedServer.Script = { peer in
            _ = try await peer.request()
            try await peer.send(Answers.ok)
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                for _ in 1...20 { #expect(await destination.get().text == "ok") }
                #expect(server.accepted == 20)
            }
        }
    }

    @Test func idleConnectionsAreClosedAfterTheirTime() async throws {
        try await ScriptedServer.run(script: { try await $0.serve(Answers.ok) }) { server in
            let url = "http://127.0.0.1:\(server.port)"
            try await withDestination(url, idleTimeout: .milliseconds(50)) { destination in
                #expect(await destination.get().text == "ok")
                try await eventually("no connection is open") { server.open == 0 }
                #expect(await destination.get().timings.isConnectionReused == false)
            }
        }
    }
}
