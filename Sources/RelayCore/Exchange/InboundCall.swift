/// One address below `/in/{app}/`.
package struct Callback: Hashable, Sendable {
    /// Without a slash at either end: `goods/issue`.
    package let path: String
    /// In capitals.
    package let methods: [String]
    /// Media types without parameters, in small letters. A call without a body needs none.
    package let contentTypes: [String]
    /// Whether its calls are to be stored: they are turned away while more comes than can be.
    package let isStored: Bool

    package init(path: String, methods: [String], contentTypes: [String], isStored: Bool = true) {
        self.path = path
        self.methods = methods
        self.contentTypes = contentTypes
        self.isStored = isStored
    }
}

package struct InboundCall: Sendable {
    package let callback: Callback
    package let method: String
    /// Media type without parameters, in small letters.
    package let contentType: String
    package let body: [UInt8]
    package let receivedAtMilliseconds: Int64

    package init(
        callback: Callback, method: String, contentType: String, body: [UInt8], receivedAtMilliseconds: Int64
    ) {
        self.callback = callback
        self.method = method
        self.contentType = contentType
        self.body = body
        self.receivedAtMilliseconds = receivedAtMilliseconds
    }
}

package enum Reception: Sendable {
    case event(Arrival)
    /// A probe or a test: there is nothing to store.
    case acknowledged
    case goodsInquiry(GoodsInquiry)
    case callbackKey(CallbackKeyNotice)
    case refused(Refusal)
}
