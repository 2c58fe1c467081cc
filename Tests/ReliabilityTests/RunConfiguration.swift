/// The relay.yaml of a run: every event goes to two endpoints, whose calls and retries are short.
struct RunConfiguration: Sendable {
    /// An account of ours at a platform, as the platform knows it.
    struct App: Hashable, Sendable {
        let name: String
        let target: String
        let key: String
        /// Signs what the platform sends.
        let secret: String
    }

    static let app = App(
        name: "teahouse-rrx", target: "/in/teahouse-rrx/goods/issue", key: "96c84928b1dce057d110ea3b3880fc83",
        secret: "eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T")
    static let otherApp = App(
        name: "bakery-rrx", target: "/in/bakery-rrx/goods/issue", key: "0f3c1ad9b7e5446d8c2a91e0d4b85f67",
        secret: "Zp7Wq2Lx9Ns4Vd8Kt1Hb6Yc3Mf5Rg0Ja")
    /// Has several events for an order.
    static let alliance = App(
        name: "teahouse-alliance", target: "/in/teahouse-alliance/callback", key: "mt-app-key",
        secret: "q8Hn3Vb7Xk2Lm5Rt9Ws4Zc6Yd1Fg0JpA")
    /// Of the relays' secrets in the database: 32 bytes.
    static let masterKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

    private static let retrySteps = ["800ms", "800ms", "1s", "1s", "1s", "2s", "2s", "2s", "3s", "3s"]
    static let endpoints = ["erp", "orders", "audit"]

    static let terms = DeliveryTerms(
        endpoints: [
            app.name: ["erp", "audit"], otherApp.name: ["erp", "audit"], alliance.name: ["orders", "audit"],
        ],
        orderedApps: [alliance.name], maximumAttempts: retrySteps.count + 1, timeout: .seconds(1))

    let merchantPort: Int
    let maxInFlight: Int

    var yaml: String {
        """
        merchants:
          - name: teahouse
        apps:
          - name: \(Self.app.name)
            merchant: teahouse
            platform: renrenxiu
            app_key: \(Self.app.key)
            secret: \(Self.app.secret)
            reply: {wait: 200ms, on_pending: accept}
          - name: \(Self.otherApp.name)
            merchant: teahouse
            platform: renrenxiu
            app_key: \(Self.otherApp.key)
            secret: \(Self.otherApp.secret)
            reply: {wait: 0s, on_pending: accept}
          - name: \(Self.alliance.name)
            merchant: teahouse
            platform: meituan-alliance
            app_key: \(Self.alliance.key)
            secret: HsA9d7Kx2mV4
            callback_key: \(Self.alliance.secret)
        endpoints:
        \(Self.endpoints.map(endpoint).joined(separator: "\n"))
        routes:
          - {app: \(Self.app.name), event: "*", endpoint: erp, copies: [audit]}
          - {app: \(Self.otherApp.name), event: "*", endpoint: erp, copies: [audit]}
          - {app: \(Self.alliance.name), event: "*", endpoint: orders, copies: [audit]}
        allow_private_networks: [127.0.0.0/8]

        """
    }

    /// Without a breaker: a merchant that fails or hangs is to keep the relays busy.
    private func endpoint(_ name: String) -> String {
        """
          - name: \(name)
            merchant: teahouse
            url: http://127.0.0.1:\(merchantPort)/\(name)
            secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
            timeout: 1s
            max_in_flight: \(maxInFlight)
            breaker: false
            retry: [\(Self.retrySteps.joined(separator: ", "))]
        """
    }
}
