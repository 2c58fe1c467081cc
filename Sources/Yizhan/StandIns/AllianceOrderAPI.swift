import Platforms
import RelayCore
import Synchronization

/// Meituan Alliance's API, as far as the relay calls it: verifies each call, lists orders, counts calls, and fails as told.
final class AllianceOrderAPI: Sendable {
    struct Conduct: Sendable {
        /// Calls that are answered on one day in Beijing; nil for all.
        var quota: Int?
        /// The share of calls that are answered 500, and with a page in HTML.
        var failRate = 0.0
        var htmlRate = 0.0
    }

    /// What was done with a call, for people and programs.
    struct Report: Sendable {
        let what: String
        var page: Int?
        var orders: Int?
        var total: Int?

        var line: String {
            guard let page, let orders, let total else { return what }
            return "\(what)  page \(page)  \(orders) of \(total)"
        }

        var json: JSON {
            var members: [JSON.Member] = [.init(name: "what", value: .string(what))]
            for (name, number) in [("page", page), ("orders", orders), ("total", total)] {
                if let number { members.append(.init(name: name, value: JSON(number))) }
            }
            return .object(members)
        }
    }

    private static let maximumLimit = 100
    private static let clockWindowSeconds = 300

    private let appKey: String
    private let secret: Secret
    private let book: AllianceOrderBook
    private let conduct: Conduct
    private let calls = Mutex<(day: Int64, count: Int)>((0, 0))

    init(appKey: String, secret: Secret, book: AllianceOrderBook, conduct: Conduct) {
        self.appKey = appKey
        self.secret = secret
        self.book = book
        self.conduct = conduct
    }

    /// - Parameter whim: a random number from 0 up to 1.
    func answer(_ call: StandIn.Call, atUnixSeconds now: Int64, whim: Double) -> (StandIn.Answer, Report) {
        switch (call.method, call.path) {
        case ("GET", "/api/orderList"): list(call, atUnixSeconds: now, whim: whim)
        case ("POST", "/orders"): take(call, atUnixSeconds: now)
        default: (StandIn.Answer(status: 404), Report(what: "404"))
        }
    }

    private func take(_ call: StandIn.Call, atUnixSeconds now: Int64) -> (StandIn.Answer, Report) {
        guard let json = try? JSON(parsing: call.body), let count = book.take(json, atUnixSeconds: now) else {
            return refuse("an order is a JSON object with orderid and status", status: 400)
        }
        return (Self.answer(["taken": JSON(count)]), Report(what: "told of orders: \(count)"))
    }

    private func list(_ call: StandIn.Call, atUnixSeconds now: Int64, whim: Double) -> (StandIn.Answer, Report) {
        guard takeCall(atUnixSeconds: now) else {
            return (
                Self.answer(["errcode": "429", "errmsg": "调用频次超限"], status: 429), Report(what: "the quota is used up")
            )
        }
        if whim < conduct.failRate { return (StandIn.Answer(status: 500), Report(what: "500")) }
        if whim < conduct.failRate + conduct.htmlRate {
            let page = Array("<html><body>系统繁忙</body></html>".utf8)
            return (StandIn.Answer(contentType: "text/html", body: page), Report(what: "HTML"))
        }
        guard let form = try? FormBody(parsing: Array(call.query.utf8)) else { return refuse("no query") }
        let values = Dictionary(form.pairs.map { ($0.name, $0.value) }) { first, _ in first }
        func number(_ name: String) -> Int64? { values[name].flatMap { Int64($0) } }
        guard values["key"] == appKey else { return refuse("key") }
        guard let sign = form["sign"], AllianceSignature.isRight(sign, for: form, secret: secret) else {
            return refuse("sign")
        }
        guard let time = number("ts"), (now - time).magnitude <= Self.clockWindowSeconds else { return refuse("ts") }
        guard let type = number("type"), let start = number("startTime"), let end = number("endTime"),
            let page = number("page"), let limit = number("limit"), page >= 1, 1...Self.maximumLimit ~= Int(limit),
            number("queryTimeType") == 2
        else { return refuse("a parameter is missing or out of range") }
        do {
            let orders = try book.orders(ofType: Int(type), from: start, through: end)
            let rows = orders.dropFirst((Int(page) - 1) * Int(limit)).prefix(Int(limit))
            return (
                Self.answer(["dataList": .array(rows.map(\.row)), "total": JSON(orders.count)]),
                Report(what: "type \(type)", page: Int(page), orders: rows.count, total: orders.count)
            )
        } catch {
            return refuse("\(error)", status: 500)
        }
    }

    private func takeCall(atUnixSeconds now: Int64) -> Bool {
        let day = (now + 8 * 3_600) / 86_400
        return calls.withLock { calls in
            if calls.day != day { calls = (day, 0) }
            calls.count += 1
            return conduct.quota.map { calls.count <= $0 } ?? true
        }
    }

    private func refuse(_ reason: String, status: Int = 200) -> (StandIn.Answer, Report) {
        (
            Self.answer(["errcode": "1", "errmsg": .string("参数错误: \(reason)")], status: status),
            Report(what: "REFUSED: \(reason)")
        )
    }

    private static func answer(_ json: JSON, status: Int = 200) -> StandIn.Answer {
        StandIn.Answer(status: status, body: json.serialized())
    }
}
