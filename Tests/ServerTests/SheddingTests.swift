import Platforms
import RelayCore
import Testing

@testable import Server

/// More comes than the relay can do.
@Suite struct SheddingTests {
    private let form = "application/x-www-form-urlencoded"

    private func head(_ path: String, contentLength: Int) -> String {
        "POST \(path) HTTP/1.1\r\nHost: relay\r\nContent-Type: \(form)\r\nContent-Length: \(contentLength)\r\n\r\n"
    }

    @Test func whileTooMuchWaitsCallsAreTurnedAwayBeforeTheirBodiesAreRead() async throws {
        try await RunningServer.run { server in
            server.inbox.isOverloaded = true
            try await server.connect { connection in
                try await connection.send(head(RunningServer.issue, contentLength: 40_000))
                let answer = try await connection.answer()
                #expect(answer.status == 503 && answer.headers["retry-after"] == "2")
                #expect(answer.headers["content-type"] == "application/json")
                #expect(try JSON(parsing: Array(answer.body.utf8))["result"] == 1)
                #expect(server.inbox.submissions.isEmpty)
                #expect(server.log.all.isEmpty, "a flood of calls is no flood of lines")
                #expect(
                    TestMetrics.registry.text().contains(
                        #"yizhan_unstored_calls_total{reason="overloaded"}"#))

                // The connection is good for the next call.
                try await connection.send(String(repeating: "x", count: 40_000))
                server.inbox.isOverloaded = false
                #expect(try await connection.post(RunningServer.issue, try goodsIssue()).status == 200)
            }
        }
    }

    @Test func whatNeedsNoStoringIsAnsweredAllTheSame() async throws {
        try await RunningServer.run { server in
            server.inbox.isOverloaded = true
            try await server.connect { connection in
                let answer = try await connection.post("/in/teahouse-rrx/goods/list", try goodsIssue())
                #expect(answer.status != 503)
            }
        }
    }

    @Test func largeBodiesBeyondTheMemoryForThemAreTurnedAwayAndSmallOnesAreNot() async throws {
        let large = String(repeating: "x", count: 50_000)
        try await RunningServer.run(bodyMemory: 40_000) { server in
            try await server.connect { connection in
                let answer = try await connection.post(RunningServer.issue, large)
                #expect(answer.status == 503 && answer.headers["retry-after"] == "2")
                #expect(try await connection.post(RunningServer.issue, try goodsIssue()).status == 200)
            }
        }
        try await RunningServer.run(bodyMemory: 100_000) { server in
            try await server.connect { connection in
                for _ in 1...5 {
                    let answer = try await connection.post(RunningServer.issue, large)
                    #expect(answer.status != 503, "what a call took is free once it is answered")
                }
            }
        }
    }

    @Test func whatOneBodyTakesAnotherCannotHave() {
        let memory = BodyMemory(limit: 100_000)
        #expect(BodyMemory.sharedBytes(of: BodyMemory.ownBytes) == 0)
        #expect(memory.take(60_000))
        #expect(!memory.take(40_001))
        #expect(memory.take(40_000) && memory.take(0) && !memory.take(1))
        memory.giveBack(60_000)
        #expect(memory.take(60_000) && !memory.take(1))
    }

    @Test func aBodyWithoutALengthTakesAsMuchAsItTurnsOutToHave() async throws {
        try await RunningServer.run(bodyMemory: 65_536) { server in
            try await server.connect { connection in
                for _ in 1...3 {
                    let body = try goodsIssue()
                    try await connection.send(
                        "POST \(RunningServer.issue) HTTP/1.1\r\nHost: relay\r\nTransfer-Encoding: chunked\r\n"
                            + "Content-Type: \(form)\r\n\r\n\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
                    )
                    #expect(try await connection.answer().status == 200)
                }
            }
        }
    }
}
