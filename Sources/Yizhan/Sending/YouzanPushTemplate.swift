import Platforms
import RelayCore

/// Writes Youzan's message push 消息推送 for one order after the other.
struct YouzanPushTemplate: Sendable {
    let clientID: String
    let clientSecret: Secret
    let shop: String
    /// Members of `msg`; they beat those of their names.
    let fields: [FormBody.Pair]
    let isTest: Bool

    /// The same message however often it is sent, `sendCount` aside.
    func push(orderNo: String, type: String, sendCount: Int) -> [UInt8] {
        let own: [FormBody.Pair] = [(name: "tid", value: orderNo), (name: "payment", value: "36.80")]
        let content = own.filter { one in !fields.contains { $0.name == one.name } } + fields
        let json = JSON.object(content.map { JSON.Member(name: $0.name, value: .string($0.value)) })
        // As a form's value, without a name.
        let encoded = FormBody.encode([(name: "", value: String(decoding: json.serialized(), as: UTF8.self))])
            .dropFirst()
        let message = String(decoding: encoded, as: UTF8.self)
        let signature = YouzanSignature.text(clientID: clientID, message: message, clientSecret: clientSecret)
        let push: JSON = [
            "id": .string("\(orderNo)-\(type)"), "type": .string(type), "kdt_id": .string(shop), "status": "SUCCESS",
            "version": 1, "sendCount": JSON(sendCount), "test": .bool(isTest), "msg": .string(message),
            "sign": .string(isTest ? "" : signature),
        ]
        return push.serialized()
    }
}
