/// The relay.yaml of a run: every event goes to two endpoints, whose calls and retries are short.
struct RunConfiguration: Sendable {
    struct App: Sendable {
        let target: String
        let key: String
        let secret: String
    }

    static let app = App(
        target: "/in/teahouse-rrx/goods/issue", key: "96c84928b1dce057d110ea3b3880fc83",
        secret: "eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T")
    /// Of the relays' secrets in the database: 32 bytes.
    static let masterKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

    private static let retrySteps = ["800ms", "800ms", "1s", "1s", "1s", "2s", "2s", "2s", "3s", "3s"]

    static let terms = DeliveryTerms(
        endpoints: ["erp", "audit"], maximumAttempts: retrySteps.count + 1, timeout: .seconds(1))

    let merchantPort: Int
    let maxInFlight: Int

    var yaml: String {
        """
        merchants:
          - name: teahouse
        apps:
          - name: teahouse-rrx
            merchant: teahouse
            platform: renrenxiu
            app_key: \(Self.app.key)
            secret: \(Self.app.secret)
            reply: {wait: 200ms, on_pending: accept}
        endpoints:
        \(Self.terms.endpoints.map(endpoint).joined(separator: "\n"))
        routes:
          - {app: teahouse-rrx, event: "*", endpoint: erp, copies: [audit]}
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
