import HummingbirdCore
import NIOPosix
import RelayCore
import Testing

@testable import Server

@Suite struct AuthorizationDeskTests {
    private static let path = "/meituan/shops/66101806/authorization"

    private func run(
        _ authorizations: RecordingAuthorizations = RecordingAuthorizations(),
        _ body: (RawConnection) async throws -> Void
    ) async throws {
        try await serving { onRunning in
            AdminServer(
                address: .hostname("127.0.0.1", port: 0), checks: [], metrics: { "" }, authorizations: authorizations,
                group: MultiThreadedEventLoopGroup.singleton, logger: LogLines().logger, onServerRunning: onRunning)
        } body: { port in
            try await RawConnection.open(to: port, body)
        }
    }

    private func call(
        _ method: String, _ path: String = Self.path, _ body: String = "", on connection: RawConnection
    ) async throws -> RawConnection.Answer {
        try await connection.send(RawConnection.request(method, path, body, type: "application/json"))
        return try await connection.answer()
    }

    @Test func postAsksForALinkAndSaysWhoAsked() async throws {
        let authorizations = RecordingAuthorizations()
        try await run(authorizations) { connection in
            let answer = try await call("POST", on: connection)
            #expect(answer.status == 200 && answer.headers["cache-control"] == "no-store")
            #expect(answer.headers["content-type"] == "application/json")
            let json = try JSON(parsing: answer.body)
            #expect(json["shop_id"] == "66101806" && json["auth_url"] == .string(RecordingAuthorizations.link))
            #expect(json["requested_at"] == "2023-11-14T22:13:20.000Z" && json["requested_by"] == "127.0.0.1")
            #expect(authorizations.asked == ["request 66101806 - 127.0.0.1"])
        }
    }

    @Test(arguments: [
        ("?merchant=teahouse", ""), ("", #"{"merchant":"teahouse"}"#), ("?merchant=teahouse", #"{"merchant":"other"}"#),
    ])
    func theMerchantMayBeNamedInTheQueryOrTheBody(query: String, body: String) async throws {
        let authorizations = RecordingAuthorizations()
        try await run(authorizations) { connection in
            let answer = try await call("POST", Self.path + query, body, on: connection)
            #expect(answer.status == 200)
            #expect(authorizations.asked == ["request 66101806 teahouse 127.0.0.1"])
        }
    }

    @Test(arguments: ["{", "[]", #"{"merchant":7}"#, "\"teahouse\"", String(repeating: " ", count: 5_000)])
    func aBodyThatIsNoneIs400AndNothingIsAskedFor(body: String) async throws {
        let authorizations = RecordingAuthorizations()
        try await run(authorizations) { connection in
            let answer = try await call("POST", Self.path, body, on: connection)
            #expect(answer.status == 400)
            #expect(try JSON(parsing: answer.body)["error"]?.stringValue?.isEmpty == false)
            #expect(authorizations.asked.isEmpty)
        }
    }

    @Test func getShowsTheKeptLinkAndDeleteForgetsIt() async throws {
        let authorizations = RecordingAuthorizations()
        try await run(authorizations) { connection in
            let kept = try await call("GET", on: connection)
            #expect(kept.status == 200 && kept.headers["cache-control"] == "no-store")
            #expect(try JSON(parsing: kept.body)["auth_url"] == .string(RecordingAuthorizations.link))
            let forgotten = try await call("DELETE", on: connection)
            #expect(forgotten.status == 204 && forgotten.body.isEmpty)
            #expect(authorizations.asked == ["kept 66101806", "forget 66101806 127.0.0.1"])
        }
    }

    @Test func whereNothingIsKeptGetIs404AndDeleteIsAsGood() async throws {
        try await run(RecordingAuthorizations(keeps: false)) { connection in
            let kept = try await call("GET", on: connection)
            #expect(kept.status == 404)
            let forgotten = try await call("DELETE", on: connection)
            #expect(forgotten.status == 204)
        }
    }

    @Test(
        arguments: [
            (ShopAuthorizationError.Fault.wrongQuestion, 40_001, 422), (.wrongQuestion, 40_002, 422),
            (.notPermitted, 40_003, 403), (.away, 50_001, 503), (.away, nil, 503), (.brokenAnswer, 777, 502),
            (.brokenAnswer, nil, 502),
        ] as [(ShopAuthorizationError.Fault, Int?, Int)])
    func theGatewaysAnswerBecomesAStatus(fault: ShopAuthorizationError.Fault, code: Int?, status: Int) async throws {
        struct Cause: Error, CustomStringConvertible { let description = "what the gateway said" }
        try await run(RecordingAuthorizations(error: .gateway(fault, code: code, cause: Cause()))) { connection in
            let answer = try await call("POST", on: connection)
            #expect(answer.status == status && answer.headers["cache-control"] == "no-store")
            #expect((answer.headers["retry-after"] != nil) == (status == 503))
            let json = try JSON(parsing: answer.body)
            #expect(json["error"] == "what the gateway said")
            #expect(json["code"] == code.map { JSON($0) } ?? .null)
        }
    }

    @Test func whatIsMissingOnOurSideIsSaidToo() async throws {
        struct Away: Error {}
        for (error, status) in [
            (ShopAuthorizationError.notConfigured, 409), (.unknownMerchant("nobody"), 422),
            (.store(cause: Away()), 503),
        ] {
            try await run(RecordingAuthorizations(error: error)) { connection in
                let answer = try await call("POST", on: connection)
                #expect(answer.status == status)
                #expect(try JSON(parsing: answer.body)["error"] == .string("\(error)"))
            }
        }
        #expect("\(ShopAuthorizationError.notConfigured)".contains("meituan_voucher"))
    }

    @Test(arguments: ["POST", "GET", "DELETE"])
    func aWebPageIsRefused(method: String) async throws {
        let authorizations = RecordingAuthorizations()
        try await run(authorizations) { connection in
            try await connection.send(
                "\(method) \(Self.path) HTTP/1.1\r\nHost: relay\r\nOrigin: https://evil.example\r\n"
                    + "Content-Length: 0\r\n\r\n")
            let answer = try await connection.answer()
            #expect(answer.status == 403)
            #expect(!answer.body.contains(RecordingAuthorizations.link))
            #expect(authorizations.asked.isEmpty)
        }
    }

    @Test(arguments: ["66%31", "a.b", "x;y", String(repeating: "1", count: 65), "%E8%8C%B6"])
    func whatIsNoShopsIDIs400(shop: String) async throws {
        let authorizations = RecordingAuthorizations()
        try await run(authorizations) { connection in
            let answer = try await call("POST", "/meituan/shops/\(shop)/authorization", on: connection)
            #expect(answer.status == 400)
            #expect(authorizations.asked.isEmpty)
        }
    }

    @Test func anotherMethodIs405AndAnotherPath404() async throws {
        let authorizations = RecordingAuthorizations()
        try await run(authorizations) { connection in
            let put = try await call("PUT", on: connection)
            #expect(put.status == 405 && put.headers["allow"] == "GET, HEAD, POST, DELETE")
            for path in ["/meituan/shops//x", "/meituan/shops/1/authorization/", "/meituan/shops/1", "/meituan"] {
                let answer = try await call("POST", path, on: connection)
                #expect(answer.status == 404)
            }
            #expect(authorizations.asked.isEmpty)
        }
    }
}
