/// The `relay.yaml` of a relay under test. Its secrets are examples: nobody outside this machine can reach it.
struct BenchFile: Sendable {
    static let appSecret = "an example for measuring"
    private static let endpointSecret = "whsec_eWl6aGFuIGJlbmNoIG1lcmNoYW50IGtleQ=="

    struct Merchant: Sendable {
        /// Of the app, of its key, and of the endpoint.
        let name: String
        let url: String
        var wait = "0"
        /// Further lines of the endpoint, such as `timeout: 2s`.
        var lines: [String] = []
    }

    var merchants: [Merchant]

    var text: String {
        let names = merchants.map { "  - name: \($0.name)\n" }
        let apps = merchants.map { merchant in
            """
              - name: \(merchant.name)
                merchant: \(merchant.name)
                platform: renrenxiu
                app_key: \(merchant.name)
                secret: \(Self.appSecret)
                reply: {wait: \(merchant.wait)}

            """
        }
        let endpoints = merchants.map { merchant in
            """
              - name: \(merchant.name)
                merchant: \(merchant.name)
                url: \(merchant.url)
                secret: \(Self.endpointSecret)

            """ + merchant.lines.map { "    \($0)\n" }.joined()
        }
        let routes = merchants.map { "  - {app: \($0.name), event: goods.issue, endpoint: \($0.name)}\n" }
        return "merchants:\n" + names.joined() + "apps:\n" + apps.joined() + "endpoints:\n" + endpoints.joined()
            + "routes:\n" + routes.joined() + "allow_private_networks: [127.0.0.0/8]\n"
    }
}
