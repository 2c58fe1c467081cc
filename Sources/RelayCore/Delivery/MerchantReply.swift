/// What a merchant's final answer holds for the platform, still as the merchant wrote it.
package struct MerchantReply: Hashable, Sendable {
    /// Whether the merchant said no.
    package var isRefusal: Bool
    package var message: String?
    package var data: JSON?
    package var link: JSON?

    package init(isRefusal: Bool = false, message: String? = nil, data: JSON? = nil, link: JSON? = nil) {
        self.isRefusal = isRefusal
        self.message = message
        self.data = data
        self.link = link
    }
}
