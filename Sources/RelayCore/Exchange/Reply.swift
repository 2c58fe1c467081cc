/// What there is to say to a platform.
package enum Reply: Sendable {
    /// The kept answer of a delivery that is settled.
    case settled(answer: [UInt8])
    /// The event is stored and has no outcome yet.
    case pending(ReplyPolicy)
    /// The event is stored, now or before, and that is all the platform wants to know; or there was nothing to store.
    case taken
    case goods(GoodsPage)
    case failed(ReplyFailure)
}

/// Why a platform does not get what it called for.
package enum ReplyFailure: Sendable {
    case cancelled
    case refused(Refusal)
    /// Nothing was stored: the database is away, or whether it was stored is not known.
    case unavailable(retryAfterSeconds: Int)
    /// Nothing was stored: too much is waiting.
    case overloaded(retryAfterSeconds: Int)
    case unknownApp
    /// The call comes from none of the app's networks.
    case addressNotAllowed
    /// The caller was refused too often of late.
    case tooManyRefusals(retryAfterSeconds: Int)
    case methodNotAllowed(allowed: [String])
    /// `limit` in bytes.
    case bodyTooLarge(limit: Int)
    case unsupportedContentType(expected: [String])
    case tooSlow
    /// The merchant's own goods library said no, in the merchant's words.
    case goodsRefused(message: String?)
    /// The merchant's own goods library is away, and nothing of it is kept.
    case goodsUnavailable
}

package struct PlatformAnswer: Hashable, Sendable {
    package var status: Int
    package var contentType: String
    package var body: [UInt8]
    package var retryAfterSeconds: Int?
    /// For `Allow`.
    package var allowedMethods: [String]

    package init(
        status: Int = 200, contentType: String = "application/json", body: [UInt8],
        retryAfterSeconds: Int? = nil, allowedMethods: [String] = []
    ) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.retryAfterSeconds = retryAfterSeconds
        self.allowedMethods = allowedMethods
    }
}
