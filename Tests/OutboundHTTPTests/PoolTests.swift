import TestSupport
import Testing

@testable import OutboundHTTP

@Suite(.timeLimit(.minutes(1))) struct PoolTests {
    @Test func theBoundHoldsUnderManyCallsAtOnce() async throws {
        try await ScriptedServer.run(script: { try await $0.serve(Answers.ok) }) { server in
            try await withDestination("http://127.0.0.1:\(server.port)", maxConnections: 7) { destination in
                let texts = await withTaskGroup(of: String?.self) { group in
                    for _ in 1...500 { group.addTask { await destination.get(timeout: .seconds(30)).text } }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(texts == Array(repeating: "ok", count: 500))
                #expect(server.peak <= 7)
                #expect(server.accepted <= 7)
            }
        }
    }

    @Test func noConnectionIsLeftBehindByCallsThatEndBadly() async throws {
        let script: ScriptedServer.Script = { peer in
            switch peer.number % 6 {
            case 0: try await peer.reset()
            case 1: return
            case 2:
                _ = try await peer.request()
                try await peer.send("garbage\r\n\r\n")
                try await peer.hang()
            case 3:
                for _ in 1...5 {
                    _ = try await peer.request()
                    try await peer.send(Answers.ok)
                }
            case 4: try await peer.hang()
            default: try await peer.serve(Answers.ok + "x")
            }
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)", maxConnections: 32) { destination in
                let answered = await withTaskGroup(of: Int.self) { group in
                    for _ in 1...40 {
                        group.addTask {
                            var answered = 0
                            for _ in 1...50 where await destination.get(timeout: .milliseconds(300)).text == "ok" {
                                answered += 1
                            }
                            return answered
                        }
                    }
                    return await group.reduce(0, +)
                }
                #expect(answered > 0)
            }
            // Closing the destination has closed its sockets: the server sees the end of every one.
            try await eventually("no connection is open") { server.open == 0 }
            #expect(server.accepted > 32)
        }
    }

    @Test func everyWaitingCallGetsItsOwnAnswer() async throws {
        let script: ScriptedServer.Script = { peer in
            while let request = try await peer.request() {
                let target = request.split(separator: " ")[1]
                try await peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(target.utf8.count)\r\n\r\n\(target)")
            }
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)", maxConnections: 1) { destination in
                let queued = await withTaskGroup(of: (Int, HTTPExchange).self) { group in
                    for number in 1...50 {
                        group.addTask { (number, await destination.get("/\(number)")) }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                for (number, exchange) in queued { #expect(exchange.text == "/\(number)") }
                #expect(server.accepted == 1)
            }
        }
    }

    @Test func aClosedDestinationEndsWhatWasBegunAndRefusesTheRest() async throws {
        try await ScriptedServer.run(script: { try await $0.hang() }) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                async let begun = destination.get(timeout: .seconds(1))
                try await eventually("one connection is open") { server.open == 1 }
                async let closed: Void = destination.close()
                let failure = await begun.failure
                #expect(failure == .timedOut(.waiting))
                await closed
                #expect(await destination.get().failure == .destinationClosed)
                #expect(server.accepted == 1)
            }
        }
    }
}
