/// What there is to say to a platform.
package enum Reply: Sendable {
    /// The kept answer of a delivery that is settled.
    case settled(answer: [UInt8])
    /// The event is stored and has no outcome yet.
    case pending(ReplyPolicy)
    case cancelled
    case refused(Refusal)
    /// Nothing was stored: the database is away, or whether it was stored is not known.
    case unavailable(retryAfterSeconds: Int)
    /// Nothing was stored: too much is waiting.
    case overloaded(retryAfterSeconds: Int)
    case unknownApp
    case methodNotAllowed(allowed: [String])
    /// `limit` in bytes.
    case bodyTooLarge(limit: Int)
    case unsupportedContentType(expected: [String])
    case tooSlow
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
