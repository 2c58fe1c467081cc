import Crypto
import Foundation
import RelayCore

/// The `relay.yaml` of a test with an app of Meituan Alliance, and how the platform signs.
struct AllianceFile: Sendable {
    static let app = "teahouse-alliance"
    static let appKey = "mt-app-key"
    static let apiSecret = "an-api-secret-that-no-log-may-have"
    static let callbackKey = "a-callback-key-that-no-log-may-have"

    static let variables = ["MT_API_SECRET": apiSecret, "MT_CALLBACK_KEY": callbackKey]

    /// Of the API that is asked for orders.
    var apiPort = 1
    /// Further lines of the app, such as `monthly_orders: 0`.
    var more: [String] = []
    var reconcile = "{every: 0}"
    var retry = "[100ms, 100ms]"
    /// Further lines of the endpoint.
    var endpoint: [String] = []

    func text(merchantPort: Int) -> String {
        """
        merchants:
          - name: teahouse
        apps:
          - name: \(Self.app)
            merchant: teahouse
            platform: meituan-alliance
            app_key: \(Self.appKey)
            secret: ${MT_API_SECRET}
            callback_key: ${MT_CALLBACK_KEY}
            base_url: "http://127.0.0.1:\(apiPort)"
            reconcile: \(reconcile)
        \(more.map { "    \($0)\n" }.joined())
        endpoints:
          - name: erp
            merchant: teahouse
            url: http://127.0.0.1:\(merchantPort)/erp
            secret: ${WHSEC}
            retry: \(retry)
        \(endpoint.map { "    \($0)\n" }.joined())
        routes:
          - {app: \(Self.app), event: "*", endpoint: erp}
        allow_private_networks: [127.0.0.0/8]

        """
    }

    static func callbackPath(of relay: RelayProcess) throws -> String {
        "http://127.0.0.1:\(try relay.platformPort)/in/\(app)/callback"
    }

    /// Written from the published rules, and not from the relay's code.
    static func signed(_ parameters: PlatformCaller.Parameters, with secret: String) -> [UInt8] {
        let text = parameters.filter { $0.name != "sign" }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            .map { $0.name + $0.value }.joined()
        let sign = Insecure.MD5.hash(data: Data((secret + text + secret).utf8)).map { String(format: "%02x", $0) }
            .joined()
        return Array(
            (parameters + [("sign", sign)]).map {
                "\(PlatformCaller.escaped($0.name))=\(PlatformCaller.escaped($0.value))"
            }.joined(separator: "&").utf8)
    }
}

extension MerchantCall {
    var orderID: String? { data?["orderid"]?.stringValue }
    var type: String? { json?["type"]?.stringValue }
    var source: String? { data?["source"]?.stringValue }
}
