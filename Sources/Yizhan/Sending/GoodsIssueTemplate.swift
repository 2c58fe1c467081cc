import Platforms
import RelayCore

/// Writes RenRenXiu's goods issue 第三方商品发放 for one order after the other.
struct GoodsIssueTemplate: Sendable {
    /// The published example's participant.
    private static let openID = "ot1UbuBBzlE6IjEDWfyXQW3dy2S4"

    let appKey: String
    let secret: Secret
    let goodsCode: String
    /// Beat the parameters of their names, and come behind them otherwise.
    let fields: [FormBody.Pair]

    func body(orderNo: String, atUnixMilliseconds now: Int64) throws(FormError) -> [UInt8] {
        var parameters: [FormBody.Pair] = [
            (name: "app_key", value: appKey), (name: "time_stamp", value: String(now)),
            (name: "openid", value: Self.openID), (name: "order_no", value: orderNo),
            (name: "goods_code", value: goodsCode),
        ]
        for field in fields {
            if let position = parameters.firstIndex(where: { $0.name == field.name }) {
                parameters[position].value = field.value
            } else {
                parameters.append(field)
            }
        }
        return try RenRenXiuSignature.signedForm(parameters, secret: secret)
    }
}
