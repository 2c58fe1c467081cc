import Platforms
import RelayCore

extension FuzzTarget {
    /// A body as it comes from anywhere, and then the same parameters with a right signature.
    static let renRenXiuCall = FuzzTarget("renrenxiu-call") { body in
        guard case .refused = renRenXiu.receive(renRenXiuCall(body), for: app) else {
            throw BrokenPromise(description: "taken without a right signature")
        }
        guard let form = try? FormBody(parsing: body) else { return }
        try checkSigned(
            form.pairs.filter { !["app_key", "time_stamp", "sign"].contains($0.name) && !$0.value.isEmpty })
    }

    /// `contacts` of a call that is right otherwise: a list where it is JSON for one, else the text as it came.
    static let contacts = FuzzTarget("contacts") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let event = try checkSigned([
            ("openid", "o1"), ("order_no", "n1"), ("goods_code", "zp_1"), ("contacts", text),
        ])
        guard let event else { throw BrokenPromise(description: "refused") }
        let seen = try renRenXiu.businessFields(of: event)["contacts"]
        let list = (try? JSON(parsing: text)).flatMap { $0.arrayValue == nil ? nil : $0 }
        try require(seen == list ?? .string(text), "contacts becomes \(String(describing: seen))")
    }

    private static let renRenXiu = RenRenXiu()

    private static func renRenXiuCall(_ body: [UInt8]) -> InboundCall {
        InboundCall(
            callback: renRenXiu.callbacks[0], method: "POST", contentType: FormBody.contentType, body: body,
            receivedAtMilliseconds: now)
    }

    /// Returns the event that such a call becomes; nil where its content is refused.
    @discardableResult
    private static func checkSigned(_ parameters: [FormBody.Pair]) throws -> Event? {
        let signed = try RenRenXiuSignature.signedForm(
            parameters + [("app_key", app.appKey), ("time_stamp", "\(now)")], secret: app.secret)
        switch renRenXiu.receive(renRenXiuCall(signed), for: app) {
        case .event(let arrival):
            let event = event(of: arrival)
            try require(renRenXiu.businessFields(of: event).members != nil, "the business fields are no object")
            let anew = try renRenXiu.signedAnew(
                event, appKey: merchant.appKey, secret: merchant.secret, atUnixMilliseconds: now)
            guard case .event(let again) = renRenXiu.receive(renRenXiuCall(anew.bytes), for: merchant) else {
                throw BrokenPromise(description: "refused once it is signed anew")
            }
            try require(again.orderNo.hasBytes(of: arrival.orderNo), "another order once it is signed anew")
            return event
        case .refused(let refusal):
            try require(refusal.reason != .wrongSignature, "a right signature is refused")
            return nil
        case .goodsInquiry, .acknowledged, .callbackKey:
            throw BrokenPromise(description: "something else than a goods issue")
        }
    }
}

/// What every platform's targets have in common.
extension FuzzTarget {
    static let now: Int64 = 1_763_781_000_000
    static let app = App(
        id: AppID(1), name: "shop", merchant: "teahouse", platform: "any", appKey: "key", secret: Secret("S3CRET"))
    /// As an endpoint of the format `platform` sees it.
    static let merchant = App(
        id: AppID(2), name: "own", merchant: "teahouse", platform: "any", appKey: "other", secret: Secret("0WN"))

    static func event(of arrival: Arrival) -> Event {
        Event(
            id: EventID(unixMilliseconds: now, random: 1), app: app.id, type: arrival.type, orderNo: arrival.orderNo,
            body: arrival.body)
    }
}
