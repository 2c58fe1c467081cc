import RelayCore
import RelayFile
import Testing

@Suite struct ReadingTests {
    @Test func theExampleOfTheDocumentationIsReadAsItIsMeant() throws {
        let expected = Declaration(
            merchants: ["teahouse"],
            apps: [
                AppSettings(
                    name: "teahouse-rrx", merchant: "teahouse", platform: "renrenxiu",
                    appKey: "96c84928b1dce057d110ea3b3880fc83", secret: Secret("eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T"),
                    clockWindow: .seconds(300),
                    reply: ReplyPolicy(wait: .seconds(3), onPending: .accept, pendingMessage: "奖品发放中,请稍后查看"))
            ],
            endpoints: [
                EndpointSettings(
                    name: "teahouse-erp", merchant: "teahouse", url: "https://erp.teahouse.example/hooks",
                    format: .standard(secret: Secret(standardSecret)), timeout: .seconds(10), maxInFlight: 32,
                    rate: Rate(count: 100, period: .seconds(1)), ordered: false, retry: .standard,
                    expireAfter: .seconds(72 * 3600), dailyQuota: 2000, breaker: false),
                EndpointSettings(
                    name: "audit-log", merchant: "teahouse", url: "https://audit.teahouse.example/events",
                    format: .platform(appKey: "audit", secret: Secret("own-secret")), ordered: true),
            ],
            routes: [
                "teahouse-rrx": [
                    RouteSettings(
                        event: try ShellPattern("goods.issue"), goods: try ShellPattern("zp_*"),
                        endpoint: "teahouse-erp", copies: ["audit-log"]),
                    RouteSettings(event: try ShellPattern("*"), endpoint: "audit-log"),
                ]
            ],
            goods: [
                "teahouse-rrx": [
                    Goods(code: "zp_001", name: "酒水1", image: "https://image.rrx.cn/p/a.jpg", price: Price(cents: 123))
                ]
            ],
            allowedPrivateNetworks: ["127.0.0.0/8"], retention: Retention(events: .seconds(90 * 86_400)))
        #expect(try read(exampleFile) == expected)
    }

    @Test func sectionsMayComeInAnyOrderAndBeEmpty() throws {
        let text = """
            goods:
            routes:
              - {app: a, event: "*", endpoint: e}
            endpoints:
              - {name: e, merchant: m, url: "https://x.example", secret: "\(standardSecret)"}
            apps:
              - {name: a, merchant: m, platform: renrenxiu, app_key: k, secret: s, clock_window: 0}
            merchants: [{name: m}]
            """
        let declaration = try read(text)
        #expect(declaration.apps["a"]?.clockWindow == .zero)
        #expect(declaration.routes["a"]?.map(\.endpoint) == ["e"])
        #expect(declaration.allowedPrivateNetworks == nil && declaration.retention == nil)
        #expect(try read("retention:").retention == Retention())
    }

    @Test func everyPlatformsAppMayListItsNetworks() throws {
        let text = """
            merchants: [{name: m}]
            apps:
              - name: a
                merchant: m
                platform: renrenxiu
                app_key: k
                secret: s
                allow_from: [203.0.113.0/24, "2001:db8::/32", 198.51.100.7]
              - {name: b, merchant: m, platform: youzan, client_id: k, client_secret: s, allow_from: ["${NET}"]}
              - {name: c, merchant: m, platform: meituan-alliance, app_key: k, secret: s, allow_from: []}
            """
        let apps = try read(text, environment: ["NET": "10.0.0.0/8"]).apps
        #expect(apps["a"]?.allowFrom.map(\.description) == ["203.0.113.0/24", "2001:db8::/32", "198.51.100.7/32"])
        #expect(apps["b"]?.allowFrom.map(\.description) == ["10.0.0.0/8"])
        #expect(apps["c"]?.allowFrom == [])
    }

    @Test func alertsAreReadAsTheyAreMeant() throws {
        let text = """
            merchants: [{name: m}]
            alerts:
              - name: ops-robot
                url: https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}
                format: dingtalk
                merchant: m
                on: [endpoint_paused, dead_letters]
                breaker_open_for: 10m
                at_most: 3/m
              - {name: 运维, url: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k?k", format: wecom}
              - {name: pager, url: "https://pager.example/?a=b", format: standard, secret: "\(standardSecret)"}
            """
        let declaration = try read(text, environment: ["TOKEN": "its token"])
        #expect(
            declaration
                == Declaration(
                    merchants: ["m"],
                    endpoints: [
                        OwnHouse.endpoint(
                            named: "ops-robot", url: "https://oapi.dingtalk.com/robot/send",
                            format: .robot(.dingtalk, query: Secret("access_token=its token")),
                            alerts: AlertSettings(
                                merchant: "m", kinds: [.endpointPaused, .deadLetters], breakerOpenFor: .seconds(600),
                                atMost: Rate(count: 3, period: .seconds(60)))),
                        OwnHouse.endpoint(
                            named: "运维", url: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
                            format: .robot(.wecom, query: Secret("key=k?k")), alerts: AlertSettings()),
                        OwnHouse.endpoint(
                            named: "pager", url: "https://pager.example/?a=b",
                            format: .standard(secret: Secret(standardSecret)), alerts: AlertSettings()),
                    ]))
    }

    @Test func theOtherPlatformsAndFormatsAreReadAsTheyAreMeant() throws {
        let text = """
            merchants: [{name: m}]
            apps:
              - name: alliance
                merchant: m
                platform: meituan-alliance
                app_key: mt-app-key
                secret: api
                callback_key: callback
                key_grace: 12h
                base_url: https://union.example/x
                monthly_orders: 1500
                reconcile: {every: 5m, overlap: 1h, types: [4, 6]}
              - {name: quiet, merchant: m, platform: meituan-alliance, app_key: k, secret: s, reconcile: {every: 0}}
              - {name: shop, merchant: m, platform: youzan, client_id: c, client_secret: cs}
              - name: rrx
                merchant: m
                platform: renrenxiu
                app_key: k
                secret: s
                goods_library: {endpoint: library, cache: 1m}
            endpoints:
              - name: voucher
                merchant: m
                format: youzan
                client_id: client
                client_secret: hidden
                grant_id: 42587152
                api: youzan.ump.voucher.send
                version: 3.0.0
                body: '{"mobile": "{{phone}}", "note": "订单 {{order_no}}", "n": 1}'
              - {name: library, merchant: m, url: "https://m.example/goods", format: platform, app_key: k, secret: s}
            routes:
              - {app: rrx, event: goods.issue, endpoint: voucher}
            goods:
              - {app: rrx, code: a, name: 茶, price: 5, login_ids: [shop-1, shop-2]}
            meituan_voucher: {base_url: "https://gateway.example"}
            """
        let declaration = try read(text)
        #expect(
            declaration.apps["alliance"]?.alliance
                == AllianceSettings(
                    callbackKey: Secret("callback"), keyGrace: .seconds(12 * 3600), baseURL: "https://union.example/x",
                    monthlyOrders: 1500,
                    reconcile: ReconcileSettings(every: .seconds(300), overlap: .seconds(3600), types: [4, 6])))
        #expect(declaration.apps["quiet"]?.alliance == AllianceSettings(reconcile: nil))
        #expect(declaration.apps["shop"]?.appKey == "c" && declaration.apps["shop"]?.secret == Secret("cs"))
        #expect(
            declaration.apps["rrx"]?.goodsLibrary == GoodsLibrarySettings(endpoint: "library", cache: .seconds(60)))
        let voucher = try #require(declaration.endpoints["voucher"])
        #expect(voucher.url == "https://open.youzanyun.com")
        #expect(voucher.format.youzan?.grantID == "42587152" && voucher.format.youzan?.version == "3.0.0")
        #expect(declaration.goods["rrx"]?.first?.loginIDs == ["shop-1", "shop-2"])
        #expect(declaration.voucherBaseURL == "https://gateway.example")
    }

    @Test func aTemplateWhoseFieldsTheRoutedPlatformLacksIsAProblem() {
        let text = """
            merchants: [{name: m}]
            apps:
              - {name: alliance, merchant: m, platform: meituan-alliance, app_key: k, secret: s}
            endpoints:
              - name: voucher
                merchant: m
                format: youzan
                client_id: c
                client_secret: s
                grant_id: g
                api: a
                version: v
                body: '{"mobile": "{{phone}}", "order": "{{orderid}}"}'
            routes:
              - {app: alliance, event: "*", endpoint: voucher}
            """
        #expect(
            problems(of: text) == [
                """
                relay.yaml:15: routes[0]: the body of endpoint voucher has {{phone}}, and no event of platform \
                meituan-alliance has that field
                """
            ])
    }

    @Test(arguments: [
        ("{", "not JSON"), (#"{"a": "{{phone"}"#, "a {{ has no }}"),
        (#"{"a": "{{phonr}}"}"#, "did you mean {{phone}}?"),
    ])
    func aBodyThatIsNoTemplateIsAProblem(body: String, reason: String) {
        let text = """
            merchants: [{name: m}]
            endpoints:
              - {name: e, merchant: m, format: youzan, client_id: c, client_secret: s, grant_id: g, api: a, version: v,
                 body: '\(body)'}
            """
        let found = problems(of: text)
        #expect(found.count == 1 && found[0].contains(reason), "\(found)")
    }

    @Test func whatIsConfiguredAlreadyNeedNotBeInTheFile() throws {
        let configured = try read(exampleFile)
        let declaration = try read(
            "routes: [{app: teahouse-rrx, event: goods.issue, endpoint: audit-log}]", configured: configured)
        #expect(declaration.routes["teahouse-rrx"]?.map(\.endpoint) == ["audit-log"])
        #expect(declaration.apps.isEmpty)
    }

    @Test func aRouteToAnotherMerchantsConfiguredEndpointIsAProblem() throws {
        let text = """
            merchants: [{name: other}]
            apps: [{name: b, merchant: other, platform: renrenxiu, app_key: k, secret: s}]
            routes:
              - {app: b, event: "*", endpoint: audit-log}
            """
        #expect(
            problems(of: text, configured: try read(exampleFile)) == [
                """
                relay.yaml:4: routes[0]: endpoint: "audit-log": the endpoint belongs to merchant "teahouse", \
                but the app to "other"
                """
            ])
    }

    @Test func aVariablesValueCannotAddToTheFile() throws {
        let text = exampleFile.replacing("secret: own-secret", with: "secret: ${ODD}")
        let odd = "x, ordered: false} # ${RRX_SECRET} \" ' : -"
        let declaration = try read(text, environment: environment.merging(["ODD": odd]) { $1 })
        #expect(declaration.endpoints["audit-log"]?.format.secret.reveal() == odd)
        #expect(declaration.endpoints["audit-log"]?.ordered == true)
    }

    @Test(arguments: [
        ("$${RRX_SECRET}", "${RRX_SECRET}"), ("a$b$$c", "a$b$$c"), ("a${X}b${X}", "a1b1"), ("$$${X}", "$${X}"),
    ])
    func aDollarMeansAVariableOnlyBeforeABrace(written: String, read expected: String) throws {
        let text = exampleFile.replacing("secret: own-secret", with: "secret: '\(written)'")
        let declaration = try read(text, environment: environment.merging(["X": "1"]) { $1 })
        #expect(declaration.endpoints["audit-log"]?.format.secret.reveal() == expected)
    }
}
