import RelayCore

/// The tokens that a stand-in for Youzan Cloud has issued, and what it answers. Pure: time, tokens and whims come as
/// arguments.
struct YouzanCloudBooks {
    private struct Token {
        let number: Int
        let grantID: String
        let expiresAtUnixMilliseconds: Int64
        var isRevoked = false
    }

    private let conduct: YouzanCloudConduct
    private var tokens: [String: Token] = [:]
    private var requests = 0
    private var calls = 0

    init(_ conduct: YouzanCloudConduct) {
        self.conduct = conduct
    }

    /// - Parameters:
    ///   - text: what is issued if all is well.
    ///   - whim: a random number from 0 up to 1.
    mutating func token(
        for request: JSON?, contentType: String?, issuing text: String, at now: Int64, whim: Double
    ) -> (answer: YouzanCloudAnswer, result: String) {
        requests += 1
        if requests <= conduct.failingTokens || whim < conduct.tokenFailRate { return (.broken, "failed") }
        if let problem = problem(of: request, contentType: contentType) {
            return (
                .json(["success": false, "code": JSON(problem.code), "message": .string(problem.text), "data": .null]),
                "refused: \(problem.text)"
            )
        }
        let grantID = request?["grant_id"]?.stringValue ?? ""
        let end = now + Int64(conduct.tokenLife / .milliseconds(1))
        tokens[text] = Token(number: tokens.count + 1, grantID: grantID, expiresAtUnixMilliseconds: end)
        let answer: JSON = [
            "success": true, "code": 200, "message": .null,
            "data": [
                "access_token": .string(text), "expires": JSON(conduct.isSkewed ? now - 3_600_000 : end),
                "scope": "coupon trade", "authority_id": .string(grantID), "refresh_token": .string("refresh-\(text)"),
            ],
        ]
        return (.json(answer), "issued token \(tokens.count)")
    }

    /// `result` tells of the token by its number.
    mutating func call(
        _ body: JSON?, contentType: String?, token text: String?, at now: Int64, whim: Double
    ) -> (answer: YouzanCloudAnswer, shop: String?, result: String) {
        calls += 1
        if let limit = conduct.revokeAfter, calls == limit + 1 {
            for text in tokens.keys { tokens[text]?.isRevoked = true }
        }
        guard let token = text.flatMap({ tokens[$0] }) else { return (.tokenRefused, nil, "token unknown") }
        let name = "token \(token.number)"
        if token.isRevoked { return (.tokenRefused, token.grantID, "\(name) revoked") }
        if token.expiresAtUnixMilliseconds <= now { return (.tokenRefused, token.grantID, "\(name) expired") }
        guard Self.isJSON(contentType), let body else {
            return (.gatewayError(4001, "the body is not JSON"), token.grantID, "not JSON")
        }
        if whim < conduct.failRate { return (.broken, token.grantID, "failed") }
        if StableShare.of(body.serialized()) < conduct.refuseRate {
            let refusal: JSON = ["success": false, "code": 160_301, "message": "优惠券已领完", "data": .null]
            return (.json(refusal), token.grantID, "refused")
        }
        let success: JSON = ["success": true, "code": 200, "message": "successful", "data": ["is_success": true]]
        return (.json(success), token.grantID, "taken with \(name)")
    }

    private func problem(of request: JSON?, contentType: String?) -> (code: Int, text: String)? {
        guard Self.isJSON(contentType) else { return (40_001, "Content-Type is not application/json") }
        guard let request, request.members != nil else { return (40_002, "the body is not JSON") }
        guard let client = request["client_id"]?.stringValue, client == conduct.clientID ?? client else {
            return (40_003, "client_id is wrong")
        }
        guard let secret = request["client_secret"]?.stringValue,
            secret == conduct.clientSecret?.reveal() ?? secret
        else { return (40_004, "client_secret is wrong") }
        guard request["authorize_type"] == "silent" else { return (40_005, "authorize_type is not silent") }
        guard let grant = request["grant_id"]?.stringValue, !grant.isEmpty, grant == conduct.grantID ?? grant else {
            return (40_006, "grant_id is wrong")
        }
        return nil
    }

    private static func isJSON(_ contentType: String?) -> Bool {
        contentType?.lowercased().hasPrefix("application/json") ?? false
    }
}

enum YouzanCloudAnswer: Hashable, Sendable {
    case json(JSON)
    /// HTTP 500 with a page for people.
    case broken

    static let tokenRefused = gatewayError(4203, "invalid access_token")

    static func gatewayError(_ code: Int, _ message: String) -> YouzanCloudAnswer {
        .json(["gw_err_resp": ["err_code": JSON(code), "err_msg": .string(message), "trace_id": "stand-in"]])
    }
}
