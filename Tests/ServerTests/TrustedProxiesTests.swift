import RelayCore
import Testing

@testable import Server

@Suite struct TrustedProxiesTests {
    private static let proxies = ["10.0.0.0/8", "2001:db8:ffff::/48"]

    private func caller(_ peer: String, _ headers: [String]) throws -> String {
        let proxies = TrustedProxies(try Self.proxies.map { try CIDR($0) })
        return "\(proxies.caller(try #require(IPAddress(peer)), forwardedFor: headers))"
    }

    @Test func whoIsNoTrustedProxyIsTheCallerWhateverHeWrites() throws {
        #expect(try caller("192.0.2.1", ["198.51.100.9"]) == "192.0.2.1")
        #expect(try caller("192.0.2.1", ["10.0.0.1, 10.0.0.2"]) == "192.0.2.1")
        #expect(try caller("2001:db8::1", ["198.51.100.9"]) == "2001:db8::1")
    }

    @Test(arguments: [
        (["198.51.100.9"], "198.51.100.9"),
        ([" 198.51.100.9\t"], "198.51.100.9"),
        (["198.51.100.9:4711"], "198.51.100.9"),
        (["2001:db8::9"], "2001:db8::9"),
        (["[2001:db8::9]"], "2001:db8::9"),
        (["[2001:db8::9]:4711"], "2001:db8::9"),
        (["::ffff:198.51.100.9"], "198.51.100.9"),
        // What the caller wrote himself stands to the left.
        (["203.0.113.1, 198.51.100.9"], "198.51.100.9"),
        (["203.0.113.1,198.51.100.9, 10.0.0.7"], "198.51.100.9"),
        (["203.0.113.1", "198.51.100.9", "10.0.0.7,10.0.0.8"], "198.51.100.9"),
        (["10.0.0.9, 198.51.100.9, [2001:db8:ffff::1]:80"], "198.51.100.9"),
        (["nonsense, 198.51.100.9"], "198.51.100.9"),
        // Proxies alone: the one that is farthest away.
        (["10.0.0.7, 10.0.0.8"], "10.0.0.7"),
        // No header, or nothing that is an address: the proxy that says so.
        ([], "10.0.0.1"),
        ([""], "10.0.0.1"),
        (["unknown"], "10.0.0.1"),
        (["198.51.100.9, unknown"], "10.0.0.1"),
        (["198.51.100.9, unknown, 10.0.0.8"], "10.0.0.8"),
        (["198.51.100.9,"], "10.0.0.1"),
        (["198.51.100.9:"], "10.0.0.1"),
        (["198.51.100.9:x"], "10.0.0.1"),
        (["198.51.100.9:65536"], "10.0.0.1"),
        (["198.51.100.09"], "10.0.0.1"),
        (["198.51.100"], "10.0.0.1"),
        (["[2001:db8::9"], "10.0.0.1"),
        (["[198.51.100.9]:80"], "10.0.0.1"),
        (["[2001:db8::9]x"], "10.0.0.1"),
        (["fe80::1%eth0"], "10.0.0.1"),
        (["\"198.51.100.9\""], "10.0.0.1"),
    ])
    func behindATrustedProxyTheRightmostStrangerIsTheCaller(headers: [String], expected: String) throws {
        #expect(try caller("10.0.0.1", headers) == expected)
    }

    @Test func aCallersOwnHeaderChangesNothingForAClientThatIsNoProxy() async throws {
        let rejections = RecordingRejections()
        try await RunningServer.run(rejections: rejections) { server in
            try await server.connect { connection in
                let answer = try await connection.post("/in/nobody/x", "", headers: ["X-Forwarded-For: 198.51.100.9"])
                #expect(answer.status == 404)
            }
            #expect(server.refusals.count == 1 && server.refusals[0].contains("from=127.0.0.1"))
        }
        #expect(rejections.calls.map(\.remoteAddress) == ["127.0.0.1"])
    }

    @Test func throughATrustedProxyTheAddressThatTheProxyAddedCounts() async throws {
        let rejections = RecordingRejections()
        try await RunningServer.run(rejections: rejections, proxies: ["127.0.0.0/8"]) { server in
            try await server.connect { connection in
                for headers in [
                    ["X-Forwarded-For: 203.0.113.1, 198.51.100.9"],
                    ["x-forwarded-for: 203.0.113.1", "X-Forwarded-For: [2001:db8::9]:4711"], [],
                ] {
                    let answer = try await connection.post("/in/nobody/x", "", headers: headers)
                    #expect(answer.status == 404)
                }
            }
            #expect(server.refusals.map { $0.contains("from=198.51.100.9") } == [true, false, false])
        }
        #expect(rejections.calls.map(\.remoteAddress) == ["198.51.100.9", "2001:db8::9", "127.0.0.1"])
    }
}
