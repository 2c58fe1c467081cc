/// The `relay.yaml` of a test: one merchant, one app, its endpoints and routes.
struct RelayFile: Sendable {
    static let app = "teahouse-rrx"
    static let appKey = "96c84928b1dce057d110ea3b3880fc83"
    static let appSecret = "an-app-secret-that-no-log-may-have"
    static let endpointSecret = "whsec_YW4tZW5kcG9pbnQtc2VjcmV0LW9mLXRoZS10ZXN0cw=="
    static let ownKey = "the-merchants-own-key"
    static let ownSecret = "the-merchants-own-secret"
    static let youzanClient = "a-client-of-youzan-cloud"
    static let youzanSecret = "a-client-secret-that-no-log-may-have"

    /// What `${…}` in the file stands for.
    static let variables = [
        "RRX_SECRET": appSecret, "WHSEC": endpointSecret, "OWN_SECRET": ownSecret, "YOUZAN_SECRET": youzanSecret,
    ]

    struct Endpoint: Sendable {
        var name: String
        /// In the place of the test's merchant, whose path for an endpoint is its name.
        var url: String?
        var format = "standard"
        var timeout = "5s"
        var retry = "[100ms, 100ms]"
        /// Of Youzan Cloud.
        var shop = "42587152"
        /// Further lines, such as `ordered: true`.
        var more: [String] = []

        static func standard(_ name: String) -> Endpoint { Endpoint(name: name) }

        /// Without a port, the test's merchant plays Youzan Cloud.
        static func youzan(_ name: String = "erp", port: Int? = nil, shop: String = "42587152") -> Endpoint {
            Endpoint(name: name, url: port.map { "http://127.0.0.1:\($0)" }, format: "youzan", shop: shop)
        }

        private var key: [String] {
            switch format {
            case "platform": ["app_key: \(RelayFile.ownKey)", "secret: ${OWN_SECRET}"]
            case "youzan":
                [
                    "client_id: \(RelayFile.youzanClient)", "client_secret: ${YOUZAN_SECRET}", "grant_id: \"\(shop)\"",
                    "api: youzan.ump.coupon.take", "version: 3.0.0",
                    #"body: '{"mobile":"{{phone}}","order":"{{order_no}}","amount":1.50}'"#,
                ]
            default: ["secret: ${WHSEC}"]
            }
        }

        fileprivate func text(merchantPort: Int) -> String {
            let address = url ?? "http://127.0.0.1:\(merchantPort)/\(name)"
            let lines =
                [
                    "merchant: teahouse", "\(format == "youzan" ? "base_url" : "url"): \(address)",
                    "format: \(format)", "timeout: \(timeout)", "retry: \(retry)",
                ] + key + more
            return "  - name: \(name)\n" + lines.map { "    \($0)\n" }.joined()
        }
    }

    struct Route: Sendable {
        var goods: String?
        var endpoint: String
        var copies: [String] = []

        fileprivate var text: String {
            "  - {app: \(RelayFile.app), event: goods.issue, endpoint: \(endpoint)"
                + (goods.map { ", goods: \"\($0)\"" } ?? "")
                + (copies.isEmpty ? "" : ", copies: [\(copies.joined(separator: ", "))]") + "}\n"
        }
    }

    var wait = "5s"
    var onPending = "accept"
    var pendingMessage = "奖品发放中"
    var clockWindow = "5m"
    var endpoints = [Endpoint.standard("erp")]
    var routes = [Route(endpoint: "erp")]
    var privateNetworks = "[127.0.0.0/8]"
    /// Further lines of the app, such as `goods_library: {endpoint: erp}`.
    var appLines: [String] = []
    /// Further sections, from the margin.
    var sections = ""

    func text(merchantPort: Int) -> String {
        """
        merchants:
          - name: teahouse
        apps:
          - name: \(Self.app)
            merchant: teahouse
            platform: renrenxiu
            app_key: \(Self.appKey)
            secret: ${RRX_SECRET}
            clock_window: \(clockWindow)
            reply: {wait: \(wait), on_pending: \(onPending), pending_message: \(pendingMessage)}
        \(appLines.map { "    \($0)" }.joined(separator: "\n"))
        endpoints:
        \(endpoints.map { $0.text(merchantPort: merchantPort) }.joined())
        routes:
        \(routes.map(\.text).joined())
        allow_private_networks: \(privateNetworks)
        \(sections)

        """
    }
}
