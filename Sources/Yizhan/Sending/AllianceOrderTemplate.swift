import Platforms
import RelayCore

/// Writes Meituan Alliance's order pushes 订单回推, and the same orders as its list has them.
struct AllianceOrderTemplate: Sendable {
    let type: Int
    /// Beat the parameters of their names, and come behind them otherwise.
    let fields: [FormBody.Pair]

    func parameters(orderNo: String, status: String, atUnixSeconds now: Int64) -> [FormBody.Pair] {
        var parameters: [FormBody.Pair] = [
            (name: "orderid", value: orderNo), (name: "type", value: String(type)), (name: "status", value: status),
            (name: "smstitle", value: "美团外卖红包"), (name: "dealid", value: "0"), (name: "quantity", value: "1"),
            (name: "total", value: "36.80"), (name: "direct", value: "30.30"), (name: "ratio", value: "0.03"),
            (name: "paytime", value: String(now)), (name: "ordertime", value: String(now)),
            (name: "modtime", value: String(now)), (name: "uid", value: "12345"), (name: "sid", value: "channel-7"),
        ]
        for field in fields {
            if let position = parameters.firstIndex(where: { $0.name == field.name }) {
                parameters[position].value = field.value
            } else {
                parameters.append(field)
            }
        }
        return parameters
    }

    static func form(_ parameters: [FormBody.Pair], signedWith key: Secret) throws(FormError) -> [UInt8] {
        try AllianceSignature.signedForm(parameters, secret: key)
    }

    /// The same as a JSON object, which the relay takes as well.
    static func json(_ parameters: [FormBody.Pair], signedWith key: Secret) throws(FormError) -> [UInt8] {
        let sign = AllianceSignature.text(for: try FormBody(parameters), secret: key)
        return object(parameters + [(name: "sign", value: sign)]).serialized()
    }

    static func object(_ parameters: [FormBody.Pair]) -> JSON {
        .object(parameters.map { JSON.Member(name: $0.name, value: .string($0.value)) })
    }
}
