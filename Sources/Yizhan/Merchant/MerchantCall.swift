import Platforms
import RelayCore

/// A call of the relay as it reaches a merchant, in whatever format.
struct MerchantCall: Sendable {
    let webhookID: String?
    let timestamp: String?
    let signature: String?
    let body: [UInt8]
    /// Nil where the body is none.
    let form: FormBody?
    /// Nil where the body is none.
    let json: JSON?

    init(
        contentType: String?, webhookID: String?, timestamp: String?, signature: String?, body: [UInt8]
    ) {
        self.webhookID = webhookID
        self.timestamp = timestamp
        self.signature = signature
        self.body = body
        // A body that cannot be read has no order number, and its signature is wrong.
        let isForm = contentType?.hasPrefix(FormBody.contentType) ?? false
        form = isForm ? try? FormBody(parsing: body) : nil
        json = isForm ? nil : try? JSON(parsing: body)
    }

    /// What the platform calls the number of an order, or of a message that is of none.
    var orderNo: String? {
        json?["data"]?["msg"]?["tid"]?.stringValue ?? value(of: "order_no") ?? value(of: "orderid") ?? value(of: "id")
    }

    /// The same in all attempts of an event.
    var idempotencyKey: String {
        if let webhookID { return webhookID }
        // An order of Meituan Alliance has an event for each status.
        let status = value(of: "orderid") == nil ? nil : value(of: "status")
        return [orderNo, status].compactMap { $0 }.joined(separator: "/")
    }

    private func value(of name: String) -> String? {
        if let form { return form[name].map { String(decoding: $0, as: UTF8.self) } }
        // The platforms' own formats have no envelope.
        return (json?["data"] ?? json)?[name]?.stringValue
    }
}
