import NIOCore
import RelayCore
import TestSupport
import Testing

@testable import Server

/// Whoever takes too much of the door is shown out, and others do not notice.
@Suite(.timeLimit(.minutes(2))) struct DoorTests {
    private static func turnedAway(_ reason: String) -> Double {
        TestMetrics.value(#"yizhan_turned_away_connections_total{reason="\#(reason)"}"#)
    }

    @Test func hundredsOfDrippingConnectionsAreEndedAndAProperCallBesideThemIsAnsweredAtOnce() async throws {
        let limits = ConnectionLimits(connectionsPerAddress: nil, patience: .seconds(3))
        let slow = Self.turnedAway("slow_head")
        try await RunningServer.run(limits: limits) { server in
            try await withThrowingTaskGroup { group in
                for number in 0..<400 {
                    group.addTask {
                        try await server.connect { connection in
                            // Half of them drip a head, the others a body.
                            let body =
                                "POST \(RunningServer.issue) HTTP/1.1\r\nHost: r\r\nContent-Length: 60000\r\n"
                                + "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
                            try await connection.send(number.isMultiple(of: 2) ? "POST / HTTP/1.1\r\nX: " : body)
                            try await eventually(pause: .milliseconds(200), "the connection is closed") {
                                connection.drip()
                                return connection.isClosed
                            }
                        }
                    }
                }
                try await eventually("they are all there") { server.openConnections() == 400 }
                let start = ContinuousClock.now
                try await server.connect { connection in
                    let answer = try await connection.post(RunningServer.issue, try goodsIssue())
                    #expect(answer.status == 200)
                }
                #expect(ContinuousClock.now - start < .seconds(1))
                try await group.waitForAll()
            }
            #expect(server.inbox.submissions.count == 1)
            try await eventually("nobody is left") { server.openConnections() == 0 }
        }
        #expect(Self.turnedAway("slow_head") - slow >= 200)
    }

    @Test func aConnectionThatSaysNothingIsClosed() async throws {
        try await RunningServer.run(patience: .milliseconds(200)) { server in
            try await server.connect { connection in
                try await eventually("the connection is closed") { connection.isClosed }
                #expect(connection.received.isEmpty && server.refusals.isEmpty)
            }
        }
    }

    @Test func aHeadThatDripsBehindAnAnswerEndsWithTheIdleTime() async throws {
        let limits = ConnectionLimits(idle: .milliseconds(400))
        try await RunningServer.run(limits: limits) { server in
            try await server.connect { connection in
                #expect(try await connection.post(RunningServer.issue, try goodsIssue()).status == 200)
                try await connection.send("POST / HTTP/1.1\r\nX: ")
                try await eventually("the connection is closed") {
                    connection.drip()
                    return connection.isClosed
                }
                #expect(connection.received.isEmpty)
            }
        }
    }

    @Test func moreConnectionsThanOneAddressMayHaveAreClosedAtOnceAndOthersAreNot() async throws {
        let before = Self.turnedAway("address_full")
        try await RunningServer.run(limits: ConnectionLimits(connectionsPerAddress: 2)) { server in
            try await server.connect { first in
                try await server.connect { second in
                    for connection in [first, second] {
                        #expect(try await connection.post(RunningServer.issue, try goodsIssue()).status == 200)
                    }
                    try await server.connect { third in
                        try await eventually("it is closed") { third.isClosed }
                        #expect(third.received.isEmpty)
                    }
                    try await RawConnection.open(to: server.port, from: "127.0.0.2") { other in
                        let answer = try await other.post(RunningServer.issue, try goodsIssue())
                        #expect(answer.status == 200)
                    }
                    #expect(try await first.post(RunningServer.issue, try goodsIssue()).status == 200)
                }
            }
            try await eventually("their places are free again") { server.openConnections() == 0 }
            try await server.connect { connection in
                let answer = try await connection.post(RunningServer.issue, try goodsIssue())
                #expect(answer.status == 200)
            }
        }
        #expect(Self.turnedAway("address_full") - before == 1)
    }

    @Test func aTrustedProxyMayHaveMoreConnectionsThanOneAddressMay() async throws {
        try await RunningServer.run(
            limits: ConnectionLimits(connectionsPerAddress: 1), proxies: ["127.0.0.1"]
        ) { server in
            try await server.connect { first in
                try await server.connect { second in
                    for connection in [first, second] {
                        let answer = try await connection.post(RunningServer.issue, try goodsIssue())
                        #expect(answer.status == 200)
                    }
                }
            }
        }
    }

    @Test func whenTheDoorIsFullTheNextOneIsClosedAtOnceAndThoseInsideGoOn() async throws {
        let before = Self.turnedAway("full")
        try await RunningServer.run(limits: ConnectionLimits(connections: 2)) { server in
            try await server.connect { first in
                try await server.connect { second in
                    #expect(try await second.post(RunningServer.issue, try goodsIssue()).status == 200)
                    for _ in 1...20 {
                        try await server.connect { next in
                            try await eventually("it is closed") { next.isClosed }
                        }
                    }
                    #expect(try await first.post(RunningServer.issue, try goodsIssue()).status == 200)
                }
            }
            try await eventually("there is room again") { server.openConnections() == 0 }
            try await server.connect { connection in
                let answer = try await connection.post(RunningServer.issue, try goodsIssue())
                #expect(answer.status == 200)
            }
        }
        #expect(Self.turnedAway("full") - before == 20)
    }

    @Test(arguments: ["Content-Length: 50000000\r\n", "Transfer-Encoding: chunked\r\n"])
    func aBodyThatIsTooLargeIs413AndItsRestIsNotRead(header: String) async throws {
        try await RunningServer.run(limits: ConnectionLimits(farewell: .milliseconds(300))) { server in
            try await server.connect { connection in
                try await connection.send(
                    "POST \(RunningServer.issue) HTTP/1.1\r\nHost: r\r\n\(header)"
                        + "Content-Type: application/x-www-form-urlencoded\r\n\r\n")
                let bytes = String(repeating: "a", count: 0x10000)
                let chunk = header.hasPrefix("T") ? "10000\r\n\(bytes)\r\n" : bytes
                let start = ContinuousClock.now
                var sent = 0
                while !connection.isClosed, sent < 50_000_000 {
                    do { try await connection.send(chunk) } catch { break }
                    sent += 0x10000
                }
                // What the system's buffers hold counts as sent.
                #expect(sent < 20_000_000)
                let answer = try await connection.answer()
                #expect(answer.status == 413 && answer.headers["connection"] == "close")
                #expect(ContinuousClock.now - start < .seconds(5))
                #expect(connection.received.isEmpty && server.refusals.count == 1)
            }
        }
    }

    @Test func theBodyOfACallThatIsAnsweredAlreadyIsReadToItsLimitAndNoFurther() async throws {
        try await RunningServer.run(limits: ConnectionLimits(farewell: .milliseconds(300))) { server in
            let request = { (size: Int) in
                RawConnection.request("POST", "/in/nobody/goods/issue", String(repeating: "a", count: size))
            }
            try await server.connect { connection in
                try await connection.send(request(65_536))
                #expect(try await connection.answer().status == 404)
                #expect(try await connection.post(RunningServer.issue, try goodsIssue()).status == 200)
            }
            try await server.connect { connection in
                connection.sendSoon(request(20_000_000))
                #expect(try await connection.answer().status == 404)
                try await eventually("the connection is closed") { connection.isClosed }
            }
        }
    }

    @Test(arguments: ["X: aaaa", "X: a\r\nY: b\r\n", "/"])
    func aHeadThatNeverEndsIs431OnceItIsTooLarge(text: String) async throws {
        let before = Self.turnedAway("head_too_large")
        try await RunningServer.run { server in
            try await server.connect { connection in
                try await connection.send(text == "/" ? "POST /" : "POST / HTTP/1.1\r\n")
                try await connection.send(String(repeating: text, count: 20_000 / text.count))
                let answer = try await connection.answer()
                #expect(answer.status == 431 && answer.headers["connection"] == "close")
                try await eventually("the connection is closed") { connection.isClosed }
            }
        }
        #expect(Self.turnedAway("head_too_large") - before >= 1)
    }

    @Test func aClientThatDoesNotReadItsAnswersIsClosed() async throws {
        let before = Self.turnedAway("unread_answer")
        try await RunningServer.run(patience: .milliseconds(500)) { server in
            try await RawConnection.open(to: server.port, isReading: false, receiveBuffer: 4_096) { connection in
                let calls = String(repeating: RawConnection.request("GET", RunningServer.issue), count: 100)
                try await eventually(within: .seconds(40), "the connection is closed") {
                    connection.sendSoon(calls)
                    return Self.turnedAway("unread_answer") > before
                }
            }
            try await eventually("it is gone") { server.openConnections() == 0 }
        }
    }

    @Test func callsWithoutEndInOneGoAreTakenOneAfterTheOther() async throws {
        let count = 500
        try await RunningServer.run { server in
            try await server.connect { connection in
                let call = RawConnection.request("POST", RunningServer.issue, try goodsIssue())
                try await connection.send(String(repeating: call, count: count))
                try await server.connect { other in
                    let answer = try await other.post(RunningServer.issue, try goodsIssue())
                    #expect(answer.status == 200)
                }
                for _ in 1...count { #expect(try await connection.answer().status == 200) }
            }
            #expect(server.inbox.submissions.count == count + 1)
        }
    }
}
