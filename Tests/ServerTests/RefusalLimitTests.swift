import NIOCore
import RelayCore
import Testing

@testable import Server

@Suite struct RefusalLimitTests {
    private let start = ContinuousClock.now

    private func address(_ text: String) throws -> IPAddress {
        try #require(IPAddress(text))
    }

    private func isWithin(_ verdict: RefusalLimit.Verdict) -> Bool {
        verdict == .within
    }

    @Test func twentyAtOnceAreWithinTheLimitAndThenOneEachSecond() throws {
        var limit = RefusalLimit(at: start)
        let caller = try address("192.0.2.1")
        for _ in 1...20 { #expect(limit.refuse(caller, at: start) == .within) }
        #expect(limit.refuse(caller, at: start) == .beyond(retryAfter: .seconds(1), isFirst: true))
        #expect(
            limit.refuse(caller, at: start + .milliseconds(750))
                == .beyond(retryAfter: .milliseconds(250), isFirst: false))
        #expect(limit.refuse(caller, at: start + .seconds(1)) == .within)
        #expect(limit.refuse(caller, at: start + .seconds(1)) == .beyond(retryAfter: .seconds(1), isFirst: false))
        #expect(limit.refuse(try address("192.0.2.2"), at: start + .seconds(1)) == .within)
    }

    @Test func whoWasQuietBeginsAnew() throws {
        var limit = RefusalLimit(at: start)
        let caller = try address("192.0.2.1")
        for _ in 1...25 { _ = limit.refuse(caller, at: start) }
        let later = start + .seconds(20)
        for _ in 1...20 { #expect(limit.refuse(caller, at: later) == .within) }
        #expect(limit.refuse(caller, at: later) == .beyond(retryAfter: .seconds(1), isFirst: true))
    }

    @Test func aNetworkOfIPv6IsOneCaller() throws {
        var limit = RefusalLimit(at: start)
        for number in 1...20 { #expect(limit.refuse(try address("2001:db8::\(number)"), at: start) == .within) }
        #expect(!isWithin(limit.refuse(try address("2001:db8::ffff:1"), at: start)))
        #expect(limit.refuse(try address("2001:db8:0:1::1"), at: start) == .within)
        #expect(limit.addresses == 2)
    }

    @Test func moreAddressesThanThereIsRoomForShareWhatOneHas() throws {
        var limit = RefusalLimit(maximumAddresses: 3, at: start)
        for number in 1...3 { #expect(limit.refuse(try address("192.0.2.\(number)"), at: start) == .within) }
        for number in 4...23 { #expect(limit.refuse(try address("192.0.2.\(number)"), at: start) == .within) }
        for number in 24...200 { #expect(!isWithin(limit.refuse(try address("192.0.2.\(number)"), at: start))) }
        #expect(limit.addresses == 3)
        #expect(limit.refuse(try address("192.0.2.1"), at: start) == .within, "who has a place keeps it")
    }

    @Test func placesAreFreeAgainForOthersOnceTheirOwnersWereQuiet() throws {
        var limit = RefusalLimit(maximumAddresses: 100, at: start)
        for number in 1...100 { _ = limit.refuse(try address("192.0.2.\(number)"), at: start) }
        let later = start + .seconds(1)
        for number in 1...100 { #expect(limit.refuse(try address("198.51.100.\(number)"), at: later) == .within) }
        #expect(limit.addresses == 100)
    }

    @Test func linesAreBoundedAndTheNextOneTellsHowManyWereLeftOut() {
        var limit = LineLimit(at: start)
        for _ in 1...100 { #expect(limit.take(at: start) == 0) }
        for _ in 1...900 { #expect(limit.take(at: start) == nil) }
        #expect(limit.take(at: start + .milliseconds(100)) == 900)
        #expect(limit.take(at: start + .milliseconds(200)) == 0)
    }

    @Test(arguments: ["wrong signature", "unknown app", "unknown path"])
    func whoIsRefusedTooOftenHears429AndIsOnlyCounted(kind: String) async throws {
        let rejections = RecordingRejections()
        let keys = RecordingKeys()
        try await RunningServer.run(keys: keys, rejections: rejections) { server in
            let forged = try goodsIssue(secret: Secret("another"))
            let (path, ordinary, series) =
                switch kind {
                case "wrong signature":
                    (RunningServer.issue, 200, #"{app="teahouse-rrx",reason="wrong_signature"}"#)
                case "unknown app": ("/in/nobody/goods/issue", 404, #"{app="",reason="unknown_app"}"#)
                default: ("/in/teahouse-rrx/goods/other", 404, #"{app="teahouse-rrx",reason="unknown_path"}"#)
                }
            let counted = TestMetrics.value("yizhan_refused_calls_total" + series)
            let limited = TestMetrics.value("yizhan_limited_refusals_total")
            try await server.connect { connection in
                var statuses: [Int: Int] = [:]
                let start = ContinuousClock.now
                for _ in 1...1_000 {
                    let answer = try await connection.post(path, forged)
                    statuses[answer.status, default: 0] += 1
                    #expect(try JSON(parsing: Array(answer.body.utf8))["result"] == 1)
                    #expect(answer.headers["retry-after"] == (answer.status == 429 ? "1" : nil))
                }
                let within = 20 + Int((ContinuousClock.now - start) / .seconds(1)) + 1
                let told = statuses[ordinary, default: 0]
                #expect(20...within ~= told && statuses[429] == 1_000 - told, "\(statuses)")
                #expect(rejections.calls.count == told && server.refusals.count == told)
                #expect(server.log.all.count { $0.hasPrefix("an address is refused too often") } == 1)
                #expect(TestMetrics.value("yizhan_refused_calls_total" + series) - counted >= 1_000)
                #expect(TestMetrics.value("yizhan_limited_refusals_total") - limited >= Double(1_000 - told))
                #expect(server.inbox.submissions.isEmpty && server.outcomes.expected.isEmpty && keys.keys.isEmpty)

                let good = try await connection.post(RunningServer.issue, try goodsIssue())
                #expect(good.status == 200 && server.inbox.submissions.count == 1, "who signs rightly is heard")
            }
        }
    }

    @Test func theLimitIsOfTheCallerAndNotOfTheProxy() async throws {
        try await RunningServer.run(proxies: ["127.0.0.1"]) { server in
            try await server.connect { connection in
                func status(from address: String) async throws -> Int {
                    try await connection.post("/in/nobody/x", "", headers: ["X-Forwarded-For: \(address)"]).status
                }
                for _ in 1...20 { _ = try await status(from: "192.0.2.1") }
                #expect(try await status(from: "192.0.2.1") == 429)
                #expect(try await status(from: "192.0.2.2") == 404)
            }
        }
    }

    @Test func manyAddressesTogetherDoNotFloodTheLog() async throws {
        try await RunningServer.run(proxies: ["127.0.0.1"]) { server in
            try await server.connect { connection in
                let start = ContinuousClock.now
                for number in 0..<1_000 {
                    let header = "X-Forwarded-For: 192.0.\(number / 250).\(number % 250)"
                    let answer = try await connection.post("/in/nobody/x", "", headers: [header])
                    #expect(answer.status == 404)
                }
                let seconds = Int((ContinuousClock.now - start) / .seconds(1))
                #expect(100...(110 + 10 * seconds) ~= server.refusals.count)
            }
        }
    }

    @Test func whatASignedCallIsRefusedForIsToldEachTime() async throws {
        try await RunningServer.run { server in
            try await server.connect { connection in
                for _ in 1...50 {
                    let answer = try await connection.post(RunningServer.issue, try goodsIssue(goods: "unrouted"))
                    #expect(answer.status == 200)
                }
                let answer = try await connection.post("/in/nobody/x", "")
                #expect(answer.status == 404)
            }
        }
    }
}
