import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct RejectionTests {
    private static let wrongSecret = "a-secret-that-is-not-the-apps"

    private func forger(_ fixture: RelayFixture) throws -> PlatformCaller {
        var platform = try fixture.platform
        platform.secret = Self.wrongSecret
        return platform
    }

    @Test func aWrongSignatureIsThereForOperatorsWithinTwoSecondsWithoutAnyValue() async throws {
        try await RelayFixture.with { fixture in
            let forger = try forger(fixture)
            let parameters = forger.parameters("the-order", ["nickname": "a-nickname", "手机": "13635603333"])
            let body = forger.form(parameters)
            _ = try await forger.post(body)
            try await eventually(within: .seconds(2), "the call is recorded") {
                try await fixture.sql("SELECT count(*) FROM yizhan.rejection") == "1"
            }
            let row = try await fixture.sql(
                "SELECT app, reason, detail, remote_address, parameters FROM yizhan.rejection")
            #expect(
                row == "teahouse-rrx|wrong_signature|the signature is not right|127.0.0.1|"
                    + "{order_no,goods_code,openid,app_key,time_stamp,nickname,?,sign}")
            let everything = try await fixture.sql("SELECT r FROM yizhan.refused_call AS r")
            let secrets = [Self.wrongSecret, RelayFile.appSecret, forger.signature(of: parameters)]
            for value in parameters.map(\.value) + secrets { #expect(!everything.contains(value), "\(value)") }
        }
    }

    @Test func fiveThousandWrongCallsLeaveFewRowsAndFewLinesAndHardlyAStatement() async throws {
        try await RelayFixture.with { fixture in
            let forger = try forger(fixture)
            let transactions = try await transactions(of: fixture)
            let body = forger.form(forger.parameters("the-order"))
            let request = forger.head(bodyBytes: body.count) + body
            let start = ContinuousClock.now
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await RawConnection.with(port: forger.port) { connection in
                            for _ in 0..<625 {
                                try await connection.send(request)
                                let status = try await connection.answer()?.status
                                #expect(status == 200 || status == 429)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            var written = 0.0
            try await eventually(within: .seconds(20), "every call is either recorded or counted as one too many") {
                written = try #require(
                    Double(try await fixture.sql("SELECT coalesce(max(id), 0) FROM yizhan.refused_call")))
                return written + (try await fixture.metric("yizhan_limited_refusals_total")) == 5_000
            }
            #expect(20...(21 + seconds) ~= written)
            #expect(try fixture.relays[0].logLines(with: "a call was refused").count == Int(written))
            #expect(try fixture.relays[0].logLines(with: "an address is refused too often").count == 1)
            let made = try await self.transactions(of: fixture) - transactions
            #expect(
                made < 250, "\(made) transactions in \(seconds) s, those of an idle relay and of this test among them")
            #expect(
                try await fixture.metric(
                    #"yizhan_refused_calls_total{app="teahouse-rrx",reason="wrong_signature"}"#) == 5_000)
            // One more is let through for each second that the above took.
            try await eventually("he is still turned away") { try await forger.post(body).status == 429 }
            #expect(try await fixture.platform.issue("signed rightly").result == 0)
        }
    }

    private func transactions(of fixture: RelayFixture) async throws -> Int {
        let count = try await fixture.sql(
            "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()")
        return try #require(Int(count))
    }
}
