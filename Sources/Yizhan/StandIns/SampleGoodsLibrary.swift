import Platforms
import RelayCore

/// A merchant's own goods library in RenRenXiu's format: verifies each call, answers from a list, and fails as told.
struct SampleGoodsLibrary: Sendable {
    static let samples = [
        Goods(code: "zp_001", name: "酒水1", image: "https://image.rrx.cn/p/a.jpg", price: Price(cents: 123)),
        Goods(code: "zp_002", name: "龙井茶 Dragon Well", price: Price(cents: 8_800)),
        Goods(code: "zp_003", name: "普洱茶 Pu'er", price: Price(cents: 12_850)),
    ]

    private let app: App
    private let goods: [Goods]
    private let failRate: Double

    /// - Parameter failRate: the share of calls, from 0 to 1, that are answered 500.
    init(appKey: String, secret: Secret, goods: [Goods], failRate: Double) {
        // The merchant is called as RenRenXiu calls the relay, so the same reads it.
        app = App(
            id: AppID(0), name: "", merchant: "", platform: "renrenxiu", appKey: appKey, secret: secret)
        self.goods = goods
        self.failRate = failRate
    }

    /// - Parameter whim: a random number from 0 up to 1.
    func answer(
        _ call: StandIn.Call, atUnixMilliseconds now: Int64, whim: Double
    ) -> (answer: StandIn.Answer, line: String) {
        if whim < failRate { return (StandIn.Answer(status: 500), "500") }
        let platform = RenRenXiu()
        guard let callback = platform.callbacks.first(where: { $0.path == "goods/list" }) else {
            return (StandIn.Answer(status: 404), "404")
        }
        let inbound = InboundCall(
            callback: callback, method: call.method, contentType: call.contentType, body: call.body,
            receivedAtMilliseconds: now)
        let reply: Reply
        let line: String
        switch platform.receive(inbound, for: app) {
        case .goodsInquiry(let inquiry):
            let page = GoodsPage(of: goods, for: inquiry)
            reply = .goods(page)
            line =
                "name \"\(inquiry.name.printable)\"  login_id \"\(inquiry.loginID.printable)\"  page \(inquiry.page)  "
                + "limit \(inquiry.limit)  \(page.rows.count) of \(page.total)"
        case .refused(let refusal):
            reply = .failed(.refused(refusal))
            line = "REFUSED: \(refusal.detail)"
        case .event, .acknowledged, .callbackKey:
            reply = .failed(.goodsRefused(message: nil))
            line = "no call for the goods library"
        }
        let answer = platform.answer(reply)
        return (StandIn.Answer(status: answer.status, contentType: answer.contentType, body: answer.body), line)
    }
}
