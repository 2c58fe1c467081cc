import Foundation
import RelayCore
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct VoucherAuthorizationTests {
    /// What of a link is secret; nil where the text is none.
    private func token(of link: String?) -> Substring? {
        link?.wholeMatch(of: /https:\/\/meituan\.com\/auth\?token=([0-9a-f-]{36})\n?/)?.output.1
    }

    /// A relay whose gateway is a sink that was told what to answer.
    private func with(
        _ conduct: [String], _ body: (RelayFixture, _ gateway: RelayProcess) async throws -> Void
    ) async throws {
        try await RelayFixture.with { fixture in
            try await SinkProcess.with(["meituan-voucher"] + conduct, in: fixture.directory) { gateway, port in
                var file = RelayFile()
                file.sections = "meituan_voucher: {base_url: \"http://127.0.0.1:\(port)\"}"
                try await fixture.apply(file).requireSuccess()
                try await body(fixture, gateway)
            }
        }
    }

    private func call(
        _ fixture: RelayFixture, method: String = "POST", shop: String = "66101806", query: String = ""
    ) async throws -> PlatformCaller.Reply {
        try await PlatformCaller(port: try fixture.relays[0].adminPort).post(
            [], method: method, path: "/meituan/shops/\(shop)/authorization\(query)", contentType: nil)
    }

    private func waitUntilApplied(_ fixture: RelayFixture) async throws {
        try await eventually(within: .seconds(10), "the relay knows its gateway") {
            try await call(fixture, shop: "not-a-number").status == 422
        }
    }

    private func everythingInTheDatabase(_ fixture: RelayFixture) async throws -> String {
        try await fixture.sql(
            """
            SELECT string_agg(query_to_xml(format('SELECT * FROM yizhan.%I', t.tablename), true, false, '')::text, '')
            FROM pg_tables AS t WHERE t.schemaname = 'yizhan'
            """)
    }

    @Test func theCommandPrintsALinkKeepsItAndForgetsIt() async throws {
        try await with([]) { fixture, gateway in
            let asked = try await fixture.run("meituan", "authorize", "--shop", "66101806", "--merchant", "teahouse")
                .requireSuccess()
            let token = try #require(asked.output.wholeMatch(of: /https:\/\/meituan\.com\/auth\?token=(\S+)\n/)).output
                .1
            let kept = try await fixture.run("meituan", "authorize", "--shop", "66101806", "--kept").requireSuccess()
            #expect(kept.output == asked.output)
            let json = try await fixture.run("meituan", "authorize", "--shop", "66101806", "--kept", "--json")
                .requireSuccess().output
            let told = try JSON(parsing: json)
            #expect(told["shop_id"] == "66101806" && told["merchant"] == "teahouse")
            #expect(told["auth_url"]?.stringValue?.hasSuffix(token) == true)
            #expect(told["requested_by"]?.stringValue?.isEmpty == false)
            #expect(try gateway.logLines(with: "code 200").count == 1)

            let logged = try await fixture.sql(
                """
                SELECT l.action, l.who = session_user, l.arguments ->> 'shop', l.arguments ->> 'merchant',
                       length(l.arguments ->> 'by') > 0
                FROM yizhan.ops_log AS l WHERE l.action LIKE 'authorize%'
                """)
            #expect(logged == "authorize|t|66101806|teahouse|t")
            try await fixture.run("meituan", "authorize", "--shop", "66101806", "--used").requireSuccess()
            for flag in ["--kept", "--used"] {
                let gone = try await fixture.run("meituan", "authorize", "--shop", "66101806", flag)
                #expect(gone.exitCode == 1 && gone.output.isEmpty && gone.errors.contains("no link is kept"))
            }
            let nobody = try await fixture.run("meituan", "authorize", "--shop", "1", "--merchant", "nobody")
            #expect(nobody.exitCode == 1 && nobody.errors.contains("there is no merchant nobody"))
            #expect(try gateway.logLines(with: "code 200").count == 1, "nothing was asked for nobody")
        }
    }

    @Test func theAdminPortGivesALinkToo() async throws {
        try await with(["--codes", "50001,50001,200"]) { fixture, gateway in
            try await waitUntilApplied(fixture)
            let empty = try await call(fixture, method: "GET")
            #expect(empty.status == 404)
            let asked = try await call(fixture, query: "?merchant=teahouse")
            #expect(asked.status == 200 && asked.headers["cache-control"] == "no-store")
            #expect(asked.json?["requested_by"] == "127.0.0.1" && asked.json?["merchant"] == "teahouse")
            #expect(token(of: asked.json?["auth_url"]?.stringValue) != nil)
            #expect(asked.latency > .milliseconds(1_500), "it was tried again after 0.5 s and 1 s")
            #expect(try gateway.logLines(with: "code 50001").count == 2)
            let kept = try await call(fixture, method: "GET")
            #expect(kept.json == asked.json)
        }
    }

    @Test(arguments: [
        ("40001", 422, "misses a parameter"), ("40002", 422, "does not know this shop"), ("40003", 403, "ask Meituan"),
        ("777", 502, "777"),
    ])
    func eachCodeIsSaidAndAnsweredInItsOwnWay(code: String, status: Int, words: String) async throws {
        try await with(["--code", code]) { fixture, gateway in
            try await waitUntilApplied(fixture)
            let answer = try await call(fixture)
            #expect(answer.status == status)
            #expect(answer.json?["code"] == .number(code))
            #expect(answer.json?["error"]?.stringValue?.contains(words) == true)
            let command = try await fixture.run("meituan", "authorize", "--shop", "66101806")
            #expect(command.exitCode == 1 && command.output.isEmpty && command.errors.contains(words))
            #expect(try gateway.logLines(with: "shop 66101806  code \(code)").count == 2, "none was tried again")
        }
    }

    @Test func aGatewayThatFailsOrIsAwayIs503AndAPageIs502() async throws {
        try await with(["--code", "50001"]) { fixture, gateway in
            try await waitUntilApplied(fixture)
            let failing = try await call(fixture)
            #expect(failing.status == 503 && failing.json?["code"] == 50_001 && failing.headers["retry-after"] != nil)
            #expect(try gateway.logLines(with: "code 50001").count == 4)
            try await gateway.crash()
            let away = try await call(fixture)
            #expect(away.status == 503 && away.json?["code"] == .null)
            #expect(away.json?["error"]?.stringValue?.contains("refused the connection") == true)
        }
        try await with(["--html"]) { fixture, _ in
            let page = try await fixture.run("meituan", "authorize", "--shop", "66101806")
            #expect(page.exitCode == 1 && page.errors.contains("not JSON"))
        }
    }

    @Test func withoutAGatewayInTheFileBothSaySo() async throws {
        try await RelayFixture.with { fixture in
            let answer = try await call(fixture)
            #expect(answer.status == 409 && answer.text.contains("meituan_voucher"))
            let command = try await fixture.run("meituan", "authorize", "--shop", "66101806")
            #expect(command.exitCode == 1 && command.errors.contains("meituan_voucher"))
        }
    }

    @Test func theLinkIsInNoLogAndNowhereInTheDatabaseAsText() async throws {
        try await with([]) { fixture, gateway in
            try await waitUntilApplied(fixture)
            let answer = try await call(fixture)
            let fromPort = try #require(token(of: answer.json?["auth_url"]?.stringValue))
            let command = try await fixture.run(
                "meituan", "authorize", "--shop", "1", "--log-level", "trace"
            ).requireSuccess()
            let fromCommand = try #require(token(of: command.output))
            let database = try await everythingInTheDatabase(fixture)
            #expect(database.contains("66101806"), "what is kept is looked at")
            #expect(try fixture.relays[0].log.contains("authorization link was asked for"))
            for token in [fromPort, fromCommand] {
                #expect(!database.contains(token))
                #expect(!(try fixture.relays[0].log.contains(token)))
                #expect(!(try gateway.log.contains(token)))
                #expect(!command.errors.contains(token))
                let metrics = try await fixture.operators("/metrics")
                #expect(!metrics.text.contains(token))
            }
        }
    }
}
