import Platforms
import RelayCore

/// A call of the relay as it reaches a merchant, in either format.
struct MerchantCall: Sendable {
    let webhookID: String?
    let timestamp: String?
    let signature: String?
    let body: [UInt8]
    /// Nil where the body is none.
    let form: FormBody?
    let orderNo: String?

    init(
        contentType: String?, webhookID: String?, timestamp: String?, signature: String?, body: [UInt8]
    ) {
        self.webhookID = webhookID
        self.timestamp = timestamp
        self.signature = signature
        self.body = body
        if contentType?.hasPrefix(FormBody.contentType) ?? false {
            // A form that cannot be read has no order number, and its signature is wrong.
            form = try? FormBody(parsing: body)
            orderNo = Self.orderNames.lazy.compactMap { [form] in form?[$0] }.first
                .map { String(decoding: $0, as: UTF8.self) }
        } else {
            form = nil
            let json = try? JSON(parsing: body)
            // Youzan's own format has no envelope.
            let data = json?["data"] ?? json
            orderNo =
                (data?["msg"]?["tid"] ?? Self.orderNames.lazy.compactMap { data?[$0] }.first)?.stringValue
        }
    }

    /// What the platforms call the number of an order, or of a message that is of none.
    private static let orderNames = ["order_no", "orderid", "id"]

    /// The same in all attempts of an event.
    var idempotencyKey: String {
        webhookID ?? orderNo ?? ""
    }
}
