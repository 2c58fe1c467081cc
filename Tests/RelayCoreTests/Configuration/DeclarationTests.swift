import RelayCore
import Testing

@Suite struct DeclarationTests {
    private let current: Declaration

    init() throws {
        current = Declaration(
            merchants: ["teahouse"],
            apps: [
                AppSettings(
                    name: "rrx", merchant: "teahouse", platform: "renrenxiu", appKey: "key",
                    secret: Secret("hidden-old"))
            ],
            endpoints: [Self.endpoint("erp"), Self.endpoint("audit")],
            routes: [
                "rrx": [
                    RouteSettings(event: try ShellPattern("goods.issue"), endpoint: "erp", copies: ["audit"]),
                    RouteSettings(event: try ShellPattern("*"), goods: try ShellPattern("zp_*"), endpoint: "audit"),
                ]
            ],
            goods: ["rrx": ["a", "b", "c"].map { Goods(code: $0, name: $0, price: Price(cents: 100)) }],
            allowedPrivateNetworks: ["10.0.0.0/8"])
    }

    private static func endpoint(_ name: String) -> EndpointSettings {
        EndpointSettings(
            name: name, merchant: "teahouse", url: "https://\(name).example/?token=hidden-old",
            format: .standard(secret: Secret("hidden-old")))
    }

    @Test func theSameAgainIsNothingToChange() {
        #expect(current.changes(from: current, prune: false) == [])
        #expect(current.changes(from: current, prune: true).report == "nothing to change")
    }

    @Test func whatIsNotNamedStaysUnlessPruned() {
        #expect(Declaration().changes(from: current, prune: false).isEmpty)
        #expect(
            Declaration().changes(from: current, prune: true).report == """
                - merchant teahouse
                - app rrx
                - endpoint audit
                - endpoint erp
                - private network 10.0.0.0/8
                """)
    }

    @Test func everyFieldSaysOldAndNewButSecretsDoNot() {
        var next = current
        next.apps["rrx"]?.secret = Secret("hidden-new")
        next.apps["rrx"]?.clockWindow = .zero
        next.apps["rrx"]?.reply.wait = .seconds(90)
        next.endpoints["erp"]?.timeout = .seconds(5)
        next.endpoints["erp"]?.rate = Rate(count: 5, period: .seconds(1))
        next.endpoints["erp"]?.retry = RetrySchedule(steps: [.seconds(1)])
        next.endpoints["erp"]?.url = "https://new.example/?token=hidden-new"
        next.endpoints["audit"]?.url = "https://audit.example/?token=hidden-new"
        next.endpoints["audit"]?.format = .platform(appKey: "own", secret: Secret("hidden-old"))
        next.goods["rrx"]?[0].price = Price(cents: 123)
        let report = next.changes(from: current, prune: false).report
        #expect(
            report == """
                ~ app rrx: secret changed
                ~ app rrx: clock_window 5m → 0s
                ~ app rrx: reply.wait 3s → 90s
                ~ endpoint audit: url changed
                ~ endpoint audit: format standard → platform
                ~ endpoint audit: app_key none → own
                ~ endpoint erp: url https://erp.example/ → https://new.example/
                ~ endpoint erp: timeout 10s → 5s
                ~ endpoint erp: rate none → 5/s
                ~ endpoint erp: retry [5s, 30s, 2m, 10m, 30m, 1h, 3h, 6h, 12h, 1d] → [1s]
                ~ goods a of rrx: price 1.00 → 1.23
                """)
        #expect(!report.contains("hidden"))
    }

    @Test func whatTLSNeedsIsNotShownWhereItChanges() {
        var next = current
        next.endpoints["erp"]?.tls = EndpointTLS(
            authorities: "hidden", client: ClientIdentity(certificate: "hidden", key: Secret("hidden")))
        var later = next
        later.endpoints["erp"]?.tls.client?.key = Secret("hidden as well")
        #expect(
            next.changes(from: current, prune: false).report == """
                ~ endpoint erp: ca changed
                ~ endpoint erp: client_certificate changed
                ~ endpoint erp: client_key changed
                """)
        #expect(later.changes(from: next, prune: false).report == "~ endpoint erp: client_key changed")
    }

    @Test func theRoutesOfAnAppAreOneList() throws {
        let one = RouteSettings(event: try ShellPattern("goods.issue"), endpoint: "audit")
        let next = Declaration(routes: ["rrx": [one]])
        #expect(
            next.changes(from: current, prune: false).report == """
                - route of rrx: * with goods zp_* → audit
                - route of rrx: goods.issue → erp, copies to audit
                + route of rrx: goods.issue → audit
                """)
        #expect(next.applied(to: current, prune: false).routes == ["rrx": [one]])
    }

    @Test func routesThatChangePlacesAreAChange() {
        var next = current
        next.routes["rrx"]?.reverse()
        #expect(next.changes(from: current, prune: false).count == 2)
    }

    @Test func goodsAreNamedByTheirCodesAndTheNamedComeFirst() {
        let next = Declaration(goods: ["rrx": [Goods(code: "c", name: "c", price: Price(cents: 100))]])
        let applied = next.applied(to: current, prune: false)
        #expect(applied.goods["rrx"]?.map(\.code) == ["c", "a", "b"])
        #expect(next.changes(from: current, prune: false).report == "~ app rrx: order of goods changed")
        #expect(next.changes(from: applied, prune: false).isEmpty)
    }

    @Test func namesThatLeadNowhereAreFound() {
        var broken = current
        broken.endpoints["audit"]?.merchant = "other"
        broken.goods["nobody"] = []
        let places = broken.brokenReferences().map { "\($0.place): \($0.problem)" }
        #expect(
            places == [
                "endpoint audit, merchant other: there is no such merchant",
                #"route of app rrx to audit: the endpoint belongs to merchant "other", but the app to "teahouse""#,
                #"route of app rrx to audit: the endpoint belongs to merchant "other", but the app to "teahouse""#,
                "goods of app nobody: there is no such app",
            ])
        #expect(current.brokenReferences().isEmpty)
    }
}
