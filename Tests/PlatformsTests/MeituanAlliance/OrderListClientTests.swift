import OutboundHTTP
import RelayCore
import TestSupport
import Testing

@testable import Platforms

@Suite(.timeLimit(.minutes(1))) struct OrderListClientTests {
    private static let loopback = ["127.0.0.0/8"]
    private static let query = OrderListQuery(
        type: 4, startTime: 1_732_150_000, endTime: 1_732_240_000, page: 1, limit: 100)

    private func ask(
        port: Int, _ query: OrderListQuery = query, timeout: Duration = .seconds(10), path: String = "",
        networks: [String] = loopback, proxy: OutboundProxy? = nil
    ) async throws -> Result<OrderListPage, OrderListError> {
        let app = App(
            id: AppID(1), name: "alliance", merchant: "teahouse", platform: "meituan-alliance", appKey: "mtkey",
            secret: Secret("8f1c2e9b7a6d4053"))
        let client = OrderListClient(
            outside: try .loopback(proxy: proxy), timeout: timeout, unixMilliseconds: { 1_732_240_000_999 })
        let policy = AddressPolicy(networks: networks) { _, _ in }
        do throws(OrderListError) {
            return .success(
                try await client.page(
                    query, of: app, AllianceSettings(baseURL: "http://127.0.0.1:\(port)\(path)"), policy: policy))
        } catch {
            return .failure(error)
        }
    }

    private func error(_ script: @escaping LoopbackPeer.Script) async throws -> OrderListError? {
        var error: OrderListError?
        try await LoopbackPeer.with(script) { _, port in
            if case .failure(let failure) = try await ask(port: port) { error = failure }
        }
        return error
    }

    @Test func theCallIsThePublishedOne() async throws {
        try await LoopbackPeer.with { _, _ in
            .text(#"{"dataList":[],"total":0}"#)
        } _: { peer, port in
            let page = try await ask(port: port, path: "/").get()
            #expect(page.count == 0 && page.total == 0)
            let call = try #require(peer.calls.first)
            #expect(call.method == "GET")
            #expect(
                call.target
                    == "/api/orderList?key=mtkey&ts=1732240000&type=4&startTime=1732150000&endTime=1732240000&page=1"
                    + "&limit=100&queryTimeType=2&sign=33d864003b4e88e3395128c91c1e356f")
        }
    }

    @Test func itGoesThroughTheProxyAndOnlyToAddressesThatAreAllowed() async throws {
        try await LoopbackPeer.with { _, _ in
            .text(#"{"dataList":[],"total":0}"#)
        } _: { peer, port in
            try await LoopbackProxy.with { proxy in
                let outbound = try OutboundProxy("http://127.0.0.1:\(proxy.port)")
                guard case .failure = try await ask(port: port, networks: [], proxy: outbound) else {
                    Issue.record("the call was made")
                    return
                }
                #expect(peer.calls.isEmpty && proxy.requests.isEmpty)
                #expect(try await ask(port: port, proxy: outbound).get().total == 0)
                #expect(peer.calls.count == 1 && proxy.requests.count == 1)
            }
        }
    }

    @Test func ordersBecomeEventsAndThoseThatCannotBeUsedAreNamedByPosition() async throws {
        let rows = #"""
            {"dataList":[
              {"orderid":1000000000000000001,"status":1,"smstitle":"券","payprice":12.30,"modtime":1732230000,"sid":null},
              {"orderid":"A2"},
              "nothing",
              {"orderid":"A4","status":"8","list":[1]},
              {"orderid":"A5","status":"77777"},
              {"orderid":"A6","status":"9","type":5}
            ],"total":"6"}
            """#
        try await LoopbackPeer.with { _, _ in
            .text(rows)
        } _: { _, port in
            let page = try await ask(port: port).get()
            #expect(page.count == 6 && page.total == 6)
            #expect(page.flaws.map(\.position) == [2, 3, 4, 5])
            #expect(!page.flaws.contains { $0.reason.contains("A2") })
            #expect(page.arrivals.map(\.orderNo) == ["1000000000000000001", "A6"])
            #expect(page.arrivals.map(\.type) == ["order.paid", "order.refunded"])
            #expect(page.arrivals.map(\.dedupeKey) == ["1/reconcile", "9/reconcile"])
            #expect(page.arrivals.map(\.knownPrefix) == ["1/", "9/"])
            let first = try FormBody(parsing: page.arrivals[0].body).pairs
            #expect(first.first { $0.name == "payprice" }?.value == "12.30")
            #expect(first.first { $0.name == "type" }?.value == "4")
            #expect(first.last?.name == "source" && first.last?.value == "reconcile")
        }
    }

    @Test(arguments: [
        (500, "", OrderListError.status(500)),
        (404, #"{"message":"no"}"#, .status(404)),
        (302, "", .status(302)),
        (200, "<html><body>系统繁忙</body></html>", .notJSON),
        (200, "", .notJSON),
        (200, "[]", .notAnObject),
        (200, #"{"total":1}"#, .missing("dataList")),
        (200, #"{"dataList":{},"total":1}"#, .missing("dataList")),
        (200, #"{"dataList":[]}"#, .missing("total")),
        (200, #"{"dataList":[],"total":-1}"#, .missing("total")),
        (200, #"{"dataList":[],"total":1.5}"#, .missing("total")),
        (200, #"{"dataList":[],"total":3}"#, .tooFew(count: 0, expected: 3)),
        (200, #"{"errcode":"1","errmsg":"签名错误"}"#, .refused(code: "1", message: "签名错误")),
        (400, #"{"errcode":40,"errmsg":"a\nb"}"#, .refused(code: "40", message: "a b")),
        (429, "", .quotaExceeded),
        (429, #"{"errcode":"429","errmsg":"调用频次超限"}"#, .quotaExceeded),
        (200, #"{"errcode":"1","errmsg":"调用频次超限"}"#, .quotaExceeded),
        (403, #"{"errcode":"7","errmsg":"Quota exceeded"}"#, .quotaExceeded),
    ])
    func anAnswerThatIsNotThePublishedOneIsAnErrorByName(
        status: Int, body: String, expected: OrderListError
    ) async throws {
        #expect(try await error { _, _ in .text(body, status: status) } == expected)
    }

    @Test func anErrcodeOf0IsNoRefusal() async throws {
        try await LoopbackPeer.with { _, _ in
            .text(#"{"errcode":"0","dataList":[],"total":0}"#)
        } _: { _, port in
            let page = try await ask(port: port).get()
            #expect(page.total == 0)
        }
    }

    @Test func whatIsLongerThan64KiBIsTooLargeWhateverIsInIt() async throws {
        let row = #"{"orderid":"A","status":1,"smstitle":"\#(String(repeating: "长", count: 300))"}"#
        let rows = Array(repeating: row, count: 100).joined(separator: ",")
        #expect(try await error { _, _ in .text(#"{"dataList":[\#(rows)],"total":100}"#) } == .tooLarge)
    }

    @Test func aPlatformThatDoesNotAnswerIsGivenUpInTime() async throws {
        try await LoopbackPeer.with { _, _ in
            try await .never()
        } _: { _, port in
            let result = try await ask(port: port, timeout: .milliseconds(200))
            guard case .failure(.noAnswer(.timedOut(.waiting))) = result else {
                Issue.record("\(result)")
                return
            }
        }
    }

    @Test func whereNobodyListensThatIsSaid() async throws {
        var port = 0
        try await LoopbackPeer.with { _, _ in
            .text("")
        } _: {
            port = $1
        }
        guard case .failure(.noAnswer(.connectRefused)) = try await ask(port: port) else {
            Issue.record("somebody listens")
            return
        }
    }

    @Test func anErrorsTextHoldsNothingOfTheCall() async throws {
        let errors: [OrderListError] = [
            .unusableAddress(reason: "\(HTTPURLError.notHTTP)"), .noAnswer(.closedBeforeAnswer), .status(500),
        ]
        for error in errors { #expect(!"\(error)".contains("sign") && !"\(error)".contains("mtkey")) }
        guard case .failure(.unusableAddress) = try await ask(port: 1, path: "0000000") else {
            Issue.record("a port of eight digits is none")
            return
        }
    }
}
