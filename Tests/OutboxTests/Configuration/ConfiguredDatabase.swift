import Logging
import Outbox
import PostgreSQL
import RelayCore
import TestSupport

/// A migrated database of one test's own.
struct ConfiguredDatabase: Sendable {
    static let keys = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    static let otherKeys = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="

    let url: String
    let pool: PostgresPool
    let store: ConfigurationStore

    static func with<Result>(
        _ body: (ConfiguredDatabase) async throws -> Result
    ) async throws -> Result {
        let cluster = try await TestCluster.shared()
        let template = try await cluster.template(named: "configured") { url in
            let pool = try makePool(url)
            _ = try await Migrator(pool: pool, logger: silent).migrate()
            pool.close()
        }
        return try await cluster.withDatabase(template: template) { url in
            let pool = try makePool(url)
            defer { pool.close() }
            let store = ConfigurationStore(pool: pool, box: SecretBox(keys: try MasterKeys(text: keys)))
            return try await body(ConfiguredDatabase(url: url, pool: pool, store: store))
        }
    }

    /// The same database, for somebody who has other master keys.
    func store(keys: String) throws -> ConfigurationStore {
        ConfigurationStore(pool: pool, box: SecretBox(keys: try MasterKeys(text: keys)))
    }

    func number(_ sql: String) async throws -> Int64 {
        try await pool.query(PostgresStatement(sql))[0].int64(0)
    }

    private static func makePool(_ url: String) throws -> PostgresPool {
        PostgresPool(configuration: try PostgresConfiguration(url), size: 4, logger: silent)
    }
}

private let silent = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

extension Declaration {
    /// Something of everything.
    static func sample() throws -> Declaration {
        Declaration(
            merchants: ["teahouse", "other"],
            apps: [
                AppSettings(
                    name: "rrx", merchant: "teahouse", platform: "renrenxiu", appKey: "key", secret: Secret("app's"),
                    clockWindow: .zero,
                    reply: ReplyPolicy(wait: .milliseconds(1500), onPending: .reject, pendingMessage: "请稍后"),
                    goodsLibrary: GoodsLibrarySettings(endpoint: "audit", cache: .milliseconds(1500))),
                AppSettings(
                    name: "alliance", merchant: "teahouse", platform: "meituan-alliance", appKey: "key",
                    secret: Secret("api"),
                    alliance: AllianceSettings(
                        callbackKey: Secret("callback"), keyGrace: .seconds(90), baseURL: "https://union.example",
                        monthlyOrders: 7,
                        reconcile: ReconcileSettings(every: .seconds(60), overlap: .zero, types: [4, 0]))),
                AppSettings(
                    name: "plain", merchant: "other", platform: "renrenxiu", appKey: "key", secret: Secret("其他\"\\"),
                    allowFrom: [try CIDR("203.0.113.0/24"), try CIDR("2001:db8::/32")]),
            ],
            endpoints: [
                EndpointSettings(
                    name: "erp", merchant: "teahouse", url: "https://erp.example/hooks?a=b",
                    format: .standard(secret: Secret("whsec_1")), timeout: .milliseconds(2500), maxInFlight: 7,
                    rate: Rate(count: 30, period: .seconds(60)), ordered: true,
                    retry: RetrySchedule(steps: [.milliseconds(1), .seconds(5), .seconds(30 * 86_400)]),
                    expireAfter: .seconds(365 * 86_400), dailyQuota: 2_000, breaker: false,
                    tls: EndpointTLS(
                        authorities: "authority\n",
                        client: ClientIdentity(certificate: "certificate\n", key: Secret("client's key\n")))),
                EndpointSettings(
                    name: "audit", merchant: "teahouse", url: "https://audit.example/",
                    format: .platform(appKey: "own", secret: Secret("audit's")), retry: RetrySchedule(steps: []),
                    tls: EndpointTLS(authorities: "authority\n")),
                EndpointSettings(
                    name: "shop", merchant: "teahouse", url: "https://open.youzan.example",
                    format: .youzan(
                        YouzanTarget(
                            clientID: "client", clientSecret: Secret("client's"), grantID: "42", api: "youzan.a.get",
                            version: "3.0.0", body: #"{"a":"{{phone}}\n"}"#))),
                OwnHouse.endpoint(
                    named: "ops", url: "https://robot.example/send",
                    format: .robot(.wecom, query: Secret("key=its token")),
                    alerts: AlertSettings(
                        merchant: "teahouse", kinds: [.breakerOpen, .deadLetters], breakerOpenFor: .milliseconds(1500),
                        atMost: Rate(count: 3, period: .seconds(60)))),
                OwnHouse.endpoint(
                    named: "pager", url: "https://pager.example", format: .standard(secret: Secret("whsec_2")),
                    alerts: AlertSettings()),
            ],
            routes: [
                "rrx": [
                    RouteSettings(
                        event: try ShellPattern("goods.issue"), goods: try ShellPattern("zp_[!a-c]*"), endpoint: "erp",
                        copies: ["audit"]),
                    RouteSettings(event: try ShellPattern("*"), endpoint: "audit"),
                ]
            ],
            goods: [
                "rrx": [
                    Goods(code: "zp_2", name: "酒水", image: "https://image.example/a.jpg", price: Price(cents: 123)),
                    Goods(code: "zp_1", name: "茶", price: Price(cents: 999_999_999_999), loginIDs: ["b", "a,\"{}"]),
                ]
            ],
            allowedPrivateNetworks: ["127.0.0.0/8", "fd00::/8"], voucherBaseURL: "https://voucher.example/v1",
            retention: Retention(events: .seconds(90 * 86_400), attempts: .seconds(86_400)))
    }
}
