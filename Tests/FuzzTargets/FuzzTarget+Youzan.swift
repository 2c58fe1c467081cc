import Platforms
import RelayCore

extension FuzzTarget {
    /// A body as it comes from anywhere.
    static let youzanPush = FuzzTarget("youzan-push") { body in
        switch youzan.receive(youzanCall(body), for: app) {
        case .refused: break
        case .acknowledged:
            try require(try JSON(parsing: body)["test"] == true, "taken for a test, which it is not")
        case .event, .goodsInquiry, .callbackKey:
            throw BrokenPromise(description: "taken without a right signature")
        }
    }

    /// `msg` of a push that is right otherwise: JSON where it is URL-encoded JSON, else the text as it came.
    static let youzanMessage = FuzzTarget("youzan-message") { bytes in
        let message = String(decoding: bytes, as: UTF8.self)
        let sign = YouzanSignature.text(clientID: app.appKey, message: message, clientSecret: app.secret)
        let push: JSON = [
            "id": "n1", "type": "trade_TradePaid", "client_id": "key", "msg": .string(message), "sign": .string(sign),
        ]
        guard case .event(let arrival) = youzan.receive(youzanCall(push.serialized()), for: app) else {
            throw BrokenPromise(description: "refused")
        }
        let event = event(of: arrival)
        let fields = try youzan.businessFields(of: event)
        let form = try? FormBody(parsing: Array("m=\(message)".utf8))
        let decoded = form.flatMap { $0.pairs.count == 1 ? try? JSON(parsing: $0.pairs[0].value) : nil }
        try require(fields["msg"] == decoded ?? .string(message), "msg becomes \(String(describing: fields["msg"]))")
        try require(fields["sign"] == nil && fields["id"] == "n1", "the other fields change")
        let anew = try youzan.signedAnew(
            event, appKey: merchant.appKey, secret: merchant.secret, atUnixMilliseconds: now)
        guard case .event(let again) = youzan.receive(youzanCall(anew.bytes), for: merchant) else {
            throw BrokenPromise(description: "refused once it is signed anew")
        }
        try require(again.orderNo.hasBytes(of: arrival.orderNo), "another order once it is signed anew")
    }

    private static let youzan = Youzan()

    private static func youzanCall(_ body: [UInt8]) -> InboundCall {
        InboundCall(
            callback: youzan.callbacks[0], method: "POST", contentType: "application/json", body: body,
            receivedAtMilliseconds: now)
    }
}
