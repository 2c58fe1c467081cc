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
            orderNo = form?["order_no"].map { String(decoding: $0, as: UTF8.self) }
        } else {
            form = nil
            orderNo = (try? JSON(parsing: body))?["data"]?["order_no"]?.stringValue
        }
    }

    /// The same in all attempts of an event.
    var idempotencyKey: String {
        webhookID ?? orderNo ?? ""
    }
}
