/// What a merchant's system said to one attempt.
package struct MerchantAnswer: Sendable {
    package let status: Int
    /// At most 64 KiB.
    package let body: [UInt8]
    /// The value of `Retry-After` as it came.
    package let retryAfter: String?

    package init(status: Int, body: [UInt8], retryAfter: String? = nil) {
        self.status = status
        self.body = body
        self.retryAfter = retryAfter
    }
}
