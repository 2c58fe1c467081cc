import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct TracingTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"

    private func issue(_ orderNo: String, _ fixture: RelayFixture, relay: Int = 0, headers: [String]) async throws {
        let platform = try fixture.platform(of: relay)
        let body = platform.form(platform.parameters(orderNo))
        #expect(try await platform.send(platform.head(bodyBytes: body.count, more: headers) + body).status == 200)
    }

    private func parts(_ call: MerchantCall) throws -> [Substring] {
        let header = try #require(call.headers["traceparent"])
        let parts = header.split(separator: "-")
        #expect(header.count == 55 && parts.count == 4 && parts[0] == "00")
        return parts
    }

    @Test func theCallersTraceReachesTheMerchantAlsoByARetryOfAnotherRelay() async throws {
        var file = RelayFile()
        file.wait = "0s"
        file.endpoints[0].retry = "[2s, 100ms]"
        try await RelayFixture.with(relays: 0, file) { call in
            call.timesSeen < 2 ? .status(503) : .issued
        } _: { fixture in
            let first = try await fixture.startRelay(["--log-level", "debug"])
            try await issue(
                "A1", fixture, headers: ["traceparent: 00-\(Self.trace)-\(Self.span)-01", "tracestate: a=1"])
            try await eventually("the first attempt is written down") {
                try await fixture.trace("A1").contains("attempt 1 failed")
            }
            try await first.crash()
            let second = try await fixture.startRelay(["--log-level", "debug"])
            try await fixture.waitForState("delivered", of: "A1")

            let calls = fixture.merchant.calls(of: "A1")
            #expect(calls.count == 2)
            let parts = try calls.map { try self.parts($0) }
            #expect(parts.allSatisfy { $0[1] == Self.trace && $0[3] == "01" })
            #expect(Set(parts.map { $0[2] } + [Self.span[...]]).count == 3, "each attempt has a span of its own")
            #expect(calls.allSatisfy { $0.headers["tracestate"] == nil })
            #expect(try await fixture.trace("A1").contains("trace \(Self.trace): "))

            let lines = try first.logLines(with: "event=") + second.logLines(with: "event=")
            #expect(lines.allSatisfy { $0.contains("trace_id=\(Self.trace)") })
            for message in ["accepted", "an attempt failed", "delivered"] {
                #expect(lines.contains { $0.contains(message) }, "\(message)")
            }
        }
    }

    @Test(arguments: [
        [], ["traceparent: 00-\(trace)-\(span)"],
        ["traceparent: 00-\(trace)-\(span)-01", "traceparent: 00-\(trace)-\(span)-01"],
    ])
    func aCallThatNamesNoTraceBeginsOneWithTheEventsId(headers: [String]) async throws {
        try await RelayFixture.with { fixture in
            try await issue("A1", fixture, headers: headers)
            try await fixture.merchant.waitForCalls(of: "A1")
            let id = try await fixture.sql(
                "SELECT replace(id::text, '-', '') FROM yizhan.event WHERE traceparent IS NULL")
            #expect(try parts(try #require(fixture.merchant.calls(of: "A1").first))[1] == id)
        }
    }
}
