import RelayCore

@testable import Platforms

extension FuzzTarget {
    /// A body as it comes from anywhere, a form or JSON, and then the same parameters with a right signature.
    static let allianceCall = FuzzTarget("alliance-call") { body in
        let platform = MeituanAlliance()
        var app = app
        app.callbackKeys = CallbackKeyRing([.init(secret: app.secret)])
        func receive(_ body: [UInt8]) -> Reception {
            platform.receive(
                InboundCall(
                    callback: platform.callbacks[0], method: "POST", contentType: "application/json", body: body,
                    receivedAtMilliseconds: now), for: app)
        }
        guard case .refused = receive(body) else {
            throw BrokenPromise(description: "taken without a right signature")
        }
        guard let parameters = try? AllianceParameters.read(body) else { return }
        let pairs = parameters.pairs.filter { $0.name != "sign" }
        guard let signed = try? AllianceSignature.signedForm(pairs, secret: app.secret) else { return }
        switch receive(signed) {
        case .event(let arrival):
            try require(arrival.orderNo.utf8.count <= 128, "an order number of \(arrival.orderNo.utf8.count) bytes")
            let fields = try platform.businessFields(of: event(of: arrival)).members ?? []
            try require(fields.count == pairs.count, "\(pairs.count) parameters become \(fields.count) fields")
        case .refused(let refusal):
            try require(refusal.reason != .wrongSignature, "a right signature is refused")
        case .callbackKey(let notice):
            try require(!notice.key.reveal().isEmpty, "an empty key is taken")
        case .acknowledged, .goodsInquiry:
            throw BrokenPromise(description: "neither an order nor a key")
        }
    }

    /// Every order of a page is an event or a flaw, and an event can be read again.
    static let orderList = FuzzTarget("order-list") { body in
        guard let page = try? OrderListPage(parsing: body, type: 4) else { return }
        let rows = try JSON(parsing: body)["dataList"]?.arrayValue?.count
        try require(page.count == rows && page.total >= 0, "\(page.count) of \(String(describing: rows)) orders")
        for arrival in page.arrivals {
            let fields = try MeituanAlliance().businessFields(of: event(of: arrival))
            try require(fields["source"] == "reconcile" && fields["sign"] == nil, "an order looks as if pushed")
            try require(fields["orderid"] == .string(arrival.orderNo), "an order has another's number")
        }
    }
}
