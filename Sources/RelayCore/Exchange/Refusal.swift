/// Why a call was not taken. `message` is shown to the platform's people, in their language; `detail` goes to the
/// log, in English, and holds no values from the call but names of parameters.
package struct Refusal: Error, Hashable {
    package enum Reason: String, Sendable, CaseIterable {
        case malformed
        case missingParameter = "missing_parameter"
        case repeatedParameter = "repeated_parameter"
        case wrongAppKey = "wrong_app_key"
        case wrongSignature = "wrong_signature"
        case staleTimestamp = "stale_timestamp"
        case invalidParameter = "invalid_parameter"
        case noRoute = "no_route"
        case conflict

        /// Whether a call is refused for this only after its signature was found right.
        package var isOfSignedCalls: Bool {
            switch self {
            case .malformed, .missingParameter, .repeatedParameter, .wrongAppKey, .wrongSignature: false
            case .staleTimestamp, .invalidParameter, .noRoute, .conflict: true
            }
        }
    }

    package let reason: Reason
    package let message: String
    package let detail: String

    package init(_ reason: Reason, message: String, detail: String) {
        self.reason = reason
        self.message = message
        self.detail = detail
    }
}

extension Refusal {
    package static let noRoute = Refusal(
        .noRoute, message: "该商品尚未配置接收方,请联系商家", detail: "no route of the app matches the event")

    package static let outdatedKey = Refusal(
        .staleTimestamp, message: "已收到更新的回调密钥,该通知已过时",
        detail: "a callback key that was announced later is in force")

    package static let conflict = Refusal(
        .conflict, message: "该订单号已存在,但业务参数与首次请求不一致",
        detail: "the order number is known with other business fields")
}
