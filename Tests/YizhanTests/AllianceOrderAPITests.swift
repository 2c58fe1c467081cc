import Foundation
import Platforms
import RelayCore
import Testing

@testable import Yizhan

struct AllianceOrderAPITests {
    private static let secret = Secret("8f1c2e9b7a6d4053")
    private static let now: Int64 = 1_732_240_000

    private func api(file: String? = nil, _ conduct: AllianceOrderAPI.Conduct = .init()) -> AllianceOrderAPI {
        AllianceOrderAPI(
            appKey: "mtkey", secret: Self.secret, book: AllianceOrderBook(file: file), conduct: conduct)
    }

    private func ask(
        _ api: AllianceOrderAPI, _ changes: KeyValuePairs<String, String> = [:], secret: Secret = secret,
        whim: Double = 0.5
    ) throws -> (status: Int, json: JSON?) {
        var parameters: [FormBody.Pair] = [
            (name: "key", value: "mtkey"), (name: "ts", value: "\(Self.now)"), (name: "type", value: "4"),
            (name: "startTime", value: "0"), (name: "endTime", value: "\(Self.now)"), (name: "page", value: "1"),
            (name: "limit", value: "100"), (name: "queryTimeType", value: "2"),
        ]
        for (name, value) in changes {
            parameters = parameters.map { $0.name == name ? (name: name, value: value) : $0 }
        }
        let query = String(
            decoding: try AllianceSignature.signedForm(parameters, secret: secret), as: UTF8.self)
        let call = StandIn.Call(method: "GET", path: "/api/orderList", contentType: "", body: [], query: query)
        let (answer, _) = api.answer(call, atUnixSeconds: Self.now, whim: whim)
        return (answer.status, try? JSON(parsing: answer.body))
    }

    private func tell(_ api: AllianceOrderAPI, _ text: String, at time: Int64 = now) -> Int {
        let call = StandIn.Call(method: "POST", path: "/orders", contentType: "", body: Array(text.utf8))
        return api.answer(call, atUnixSeconds: time, whim: 0.5).0.status
    }

    private func orders(_ json: JSON?) -> [String] {
        (json?["dataList"]?.arrayValue ?? []).compactMap { $0["orderid"]?.stringValue }
    }

    @Test func whatItWasToldItListsByTypeTimeAndPage() throws {
        let api = api()
        #expect(tell(api, #"[{"orderid":"B","status":"1"},{"orderid":"A","status":1,"modtime":5}]"#) == 200)
        #expect(tell(api, #"{"orderid":"C","status":"1","type":"2"}"#) == 200)
        #expect(tell(api, #"{"status":"1"}"#) == 400)
        let all = try ask(api).json
        #expect(orders(all) == ["A", "B"] && all?["total"] == 2)
        #expect(orders(try ask(api, ["type": "2"]).json) == ["C"])
        #expect(orders(try ask(api, ["startTime": "6"]).json) == ["B"])
        #expect(orders(try ask(api, ["limit": "1", "page": "2"]).json) == ["B"])
        #expect(try ask(api, ["limit": "1", "page": "3"]).json?["total"] == 2)
        #expect(tell(api, #"{"orderid":"A","status":8}"#) == 200)
        #expect(orders(try ask(api).json) == ["A", "B"])
        #expect(try ask(api).json?["dataList"]?.arrayValue?.first?["status"] == 8)
    }

    @Test func aFileIsReadAgainWhenItHasChanged() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "orders-\(UUID().uuidString).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        let api = api(file: file.path)
        #expect(orders(try ask(api).json).isEmpty)
        let written = try OrderFile(path: file.path)
        try written.append(["orderid": "A", "status": "1", "modtime": "7"])
        #expect(orders(try ask(api).json) == ["A"])
        try written.append(["orderid": "B", "status": "1", "modtime": "8"])
        try written.append(["orderid": "A", "status": "8", "modtime": "9"])
        #expect(orders(try ask(api).json) == ["B", "A"])
        try written.close()
    }

    @Test func aCallThatIsNotRightIsRefused() throws {
        let api = api()
        #expect(try ask(api, secret: Secret("another")).json?["errcode"] == "1")
        for changes: KeyValuePairs in [
            ["key": "another"], ["ts": "\(Self.now - 301)"], ["limit": "101"], ["page": "0"], ["queryTimeType": "1"],
            ["type": "x"],
        ] {
            #expect(try ask(api, changes).json?["errcode"] == "1", "\(changes)")
        }
    }

    @Test func afterTheDaysCallsItSaysThatTheyAreUsedUp() throws {
        let api = api(.init(quota: 2))
        for _ in 0..<2 { #expect(try ask(api).status == 200) }
        let refused = try ask(api)
        #expect(refused.status == 429)
        #expect(refused.json == ["errcode": "429", "errmsg": "调用频次超限"])
    }

    @Test func itFailsAsOftenAsItIsTold() throws {
        let api = api(.init(failRate: 0.2, htmlRate: 0.2))
        #expect(try ask(api, whim: 0.1).status == 500)
        let page = try ask(api, whim: 0.3)
        #expect(page.status == 200 && page.json == nil)
        #expect(try ask(api, whim: 0.4).json?["total"] == 0)
    }
}
