import RelayCore
import Testing

@testable import Yizhan

@Suite struct YouzanCloudBooksTests {
    private static let request: JSON = [
        "client_id": "client", "client_secret": "secret", "authorize_type": "silent", "grant_id": "1", "refresh": false,
    ]

    private static func with(_ name: String, _ value: JSON) -> JSON {
        .object((request.members ?? []).map { $0.name == name ? .init(name: name, value: value) : $0 })
    }

    private func books(_ change: (inout YouzanCloudConduct) -> Void = { _ in }) -> YouzanCloudBooks {
        var conduct = YouzanCloudConduct(
            clientID: "client", clientSecret: Secret("secret"), grantID: "1", tokenLife: .seconds(10))
        change(&conduct)
        return YouzanCloudBooks(conduct)
    }

    private func json(_ answer: YouzanCloudAnswer) -> JSON? {
        if case .json(let json) = answer { json } else { nil }
    }

    private func issue(_ books: inout YouzanCloudBooks, _ text: String = "token") -> JSON? {
        json(
            books.token(for: Self.request, contentType: "application/json", issuing: text, at: 1_000, whim: 0.5).answer)
    }

    private func call(
        _ books: inout YouzanCloudBooks, _ token: String? = "token", at now: Int64 = 2_000
    ) -> String {
        books.call(["tid": "E1"], contentType: "application/json", token: token, at: now, whim: 0.5).result
    }

    @Test func aTokenIsIssuedAsPublishedAndTakenUntilItExpires() {
        var books = books()
        let answer = issue(&books)
        #expect(answer?["success"] == true && answer?["code"] == 200)
        #expect(answer?["data"]?["access_token"] == "token" && answer?["data"]?["expires"] == 11_000)
        #expect(call(&books, at: 10_999) == "taken with token 1")
        #expect(call(&books, at: 11_000) == "token 1 expired")
        #expect(call(&books, "another") == "token unknown")
        #expect(call(&books, nil) == "token unknown")
    }

    @Test(
        arguments: [
            ("client_id", "other"), ("client_secret", "other"), ("authorize_type", "code"), ("grant_id", "2"),
            ("grant_id", ""), ("client_id", .null),
        ] as [(String, JSON)])
    func aRequestWithAWrongFieldIsRefusedByItsName(name: String, value: JSON) {
        var books = books()
        let (answer, result) = books.token(
            for: Self.with(name, value), contentType: "application/json", issuing: "t", at: 0, whim: 0.5)
        #expect(json(answer)?["success"] == false && result.contains(name))
    }

    @Test func onlyJSONIsTaken() {
        var books = books()
        let (answer, result) = books.token(
            for: Self.request, contentType: "application/x-www-form-urlencoded", issuing: "t", at: 0, whim: 0.5)
        #expect(json(answer)?["success"] == false && result.contains("Content-Type"))
    }

    @Test func tokensAreRevokedAfterSoManyCallsOnce() {
        var books = books { $0.revokeAfter = 2 }
        _ = issue(&books)
        #expect((1...3).map { _ in call(&books) } == ["taken with token 1", "taken with token 1", "token 1 revoked"])
        _ = issue(&books, "second")
        #expect((1...5).allSatisfy { _ in call(&books, "second") == "taken with token 2" })
    }

    @Test func itFailsAndIsSkewedAsTold() {
        var failing = books { $0.failingTokens = 2 }
        #expect([issue(&failing), issue(&failing)] == [nil, nil])
        #expect(issue(&failing) != nil)
        var skewed = books { $0.isSkewed = true }
        #expect(issue(&skewed)?["data"]?["expires"] == -3_599_000)
        #expect(call(&skewed) == "taken with token 1")
        var refusing = books { $0.refuseRate = 1 }
        _ = issue(&refusing)
        #expect(call(&refusing) == "refused")
        var broken = books { $0.failRate = 1 }
        _ = issue(&broken)
        #expect(call(&broken) == "failed")
    }
}
