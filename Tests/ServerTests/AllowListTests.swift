import RelayCore
import Testing

@testable import Server

@Suite struct AllowListTests {
    /// Both apps take calls from one network alone.
    private func directory(_ networks: String...) throws -> Directory {
        let networks = try networks.map { try CIDR($0) }
        var rrx = teahouse
        rrx.allowFrom = networks
        var alliance = union
        alliance.allowFrom = networks
        let open = try ServerTests.directory()
        return Directory(apps: [rrx, alliance], endpoints: Array(open.endpoints.values), routes: open.routes)
    }

    @Test func aCallFromElsewhereIs403InThePlatformsShapeBeforeItsBodyIsThere() async throws {
        let rejections = RecordingRejections()
        try await RunningServer.run(
            rejections: rejections, directory: try directory("203.0.113.0/24", "2001:db8::/32")
        ) { server in
            try await server.connect { connection in
                try await connection.send(
                    "POST \(RunningServer.issue) HTTP/1.1\r\nHost: r\r\nContent-Length: 9\r\n"
                        + "Content-Type: application/x-www-form-urlencoded\r\n\r\n")
                let answer = try await connection.answer()
                #expect(answer.status == 403 && answer.headers["content-type"] == "application/json")
                #expect(
                    try JSON(parsing: Array(answer.body.utf8))
                        == ["result": 1, "msg": "来源 IP 不在商家允许的范围内,请联系商家"])
                // The body of a refused call is not the next call.
                try await connection.send("a=1234567")
                let other = try await connection.post("/in/teahouse-alliance/callback", "a=1")
                #expect(other.status == 403)
                #expect(
                    try JSON(parsing: Array(other.body.utf8))
                        == ["errcode": "1", "errmsg": "来源 IP 不在商家允许的范围内,请联系商家"])
            }
            #expect(server.refusals.allSatisfy { $0.contains("reason=address_not_allowed") })
            #expect(server.inbox.submissions.isEmpty)
        }
        #expect(rejections.calls.map(\.reason) == ["address_not_allowed", "address_not_allowed"])
        #expect(rejections.calls.map(\.app) == [teahouse.id, union.id])
        #expect(rejections.calls.allSatisfy { $0.parameters.isEmpty && $0.remoteAddress == "127.0.0.1" })
    }

    @Test func aCallFromAListedNetworkIsTaken() async throws {
        try await RunningServer.run(directory: try directory("203.0.113.0/24", "127.0.0.0/8")) { server in
            try await server.connect { connection in
                let answer = try await connection.post(RunningServer.issue, try goodsIssue())
                #expect(answer.status == 200)
            }
            #expect(server.inbox.submissions.count == 1 && server.refusals.isEmpty)
        }
    }

    @Test func nobodyWritesHimselfOntoTheList() async throws {
        try await RunningServer.run(directory: try directory("203.0.113.0/24")) { server in
            try await server.connect { connection in
                let header = "X-Forwarded-For: 203.0.113.7"
                let answer = try await connection.post(RunningServer.issue, try goodsIssue(), headers: [header])
                #expect(answer.status == 403)
            }
        }
        try await RunningServer.run(directory: try directory("203.0.113.0/24"), proxies: ["127.0.0.1"]) { server in
            try await server.connect { connection in
                for (value, status) in [
                    ("203.0.113.7", 200), ("203.0.113.7, 198.51.100.9", 403), ("198.51.100.9, 203.0.113.7", 200),
                ] {
                    let header = "X-Forwarded-For: \(value)"
                    let answer = try await connection.post(RunningServer.issue, try goodsIssue(), headers: [header])
                    #expect(answer.status == status, "\(value)")
                }
            }
        }
    }
}
