package import OutboundHTTP
package import RelayCore

/// Calls Youzan Cloud 有赞云 as one client, for one shop. The addresses of its calls hold access tokens, and nobody else
/// sees them.
package struct YouzanClient: Sendable {
    package let grant: AccessGrant
    let secret: Secret
    private let http: HTTPDestination
    private let basePath: String

    /// - Parameter http: connections to the address's origin.
    package init(_ target: YouzanTarget, at address: HTTPURL, through http: HTTPDestination) {
        let path = address.target.prefix { $0 != "?" }
        basePath = String(path.hasSuffix("/") ? path.dropLast() : path)
        grant = AccessGrant(
            baseURL: "\(address.origin)\(basePath)", clientID: target.clientID, grantID: target.grantID)
        secret = target.clientSecret
        self.http = http
    }

    func requestToken(within limit: Duration) async throws(TokenFailure) -> ReceivedToken {
        let body: JSON = [
            "client_id": .string(grant.clientID), "client_secret": .string(secret.reveal()),
            "authorize_type": "silent", "grant_id": .string(grant.grantID), "refresh": false,
        ]
        switch await post(body.serialized(), to: "/auth/token", within: limit).result {
        case .success(let answer): return try ReceivedToken(answer)
        case .failure(let failure): throw .call(failure)
        }
    }

    /// - Parameter body: JSON.
    package func call(
        _ api: String, version: String, body: [UInt8], with token: AccessToken, within limit: Duration
    ) async -> HTTPExchange {
        await post(
            body, to: "/api/\(api)/\(version)?access_token=\(Self.escaped(token.secret.reveal()))", within: limit)
    }

    /// The token as it may be quoted in an answer: by itself, and as it stands in an address.
    package static func spellings(of token: AccessToken) -> [Secret] {
        [token.secret, Secret(escaped(token.secret.reveal()))]
    }

    private func post(_ body: [UInt8], to path: String, within limit: Duration) async -> HTTPExchange {
        await http.call(
            HTTPCall(
                method: .post, target: basePath + path,
                headers: [("Content-Type", "application/json"), ("User-Agent", "Yizhan")], body: body),
            within: limit)
    }

    /// Everything but the unreserved characters of RFC 3986.
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default:
                "%" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
