/// One kind of system that calls us: what it sends, how it signs, what it wants to hear.
///
/// Adapters are pure: they read the time from their arguments and do no I/O.
package protocol Platform: Sendable {
    /// The name of `platform:` in `relay.yaml`.
    var name: String { get }
    /// The addresses below `/in/{app}/` that it calls.
    var callbacks: [Callback] { get }

    /// Reads and verifies a call. Anything but a call with a right signature is `.refused`.
    func receive(_ call: InboundCall, for app: App) -> Reception

    /// What the platform hears, in its own shape.
    func answer(_ reply: Reply) -> PlatformAnswer

    /// Nil where the platform's call does not wait for the merchant: it is answered once the event is stored.
    var outcomeWriter: (any OutcomeWriter)? { get }

    /// The names that `businessFields` can have by the platform's documents.
    var documentedFields: Set<String> { get }

    /// The business fields of an event as a JSON object, for the `standard` format.
    func businessFields(of event: Event) throws(PlatformError) -> JSON

    /// The event in the platform's own wire format, signed anew with an endpoint's key.
    func signedAnew(
        _ event: Event, appKey: String, secret: Secret, atUnixMilliseconds: Int64
    ) throws(PlatformError) -> WireBody
}

extension Platform {
    package var outcomeWriter: (any OutcomeWriter)? { nil }
}

/// Writes what a platform hears of a merchant's final answer.
package protocol OutcomeWriter: Sendable {
    /// Byte for byte the same for the same reply; and what of it had to be left out.
    func answer(_ reply: MerchantReply) -> (answer: [UInt8], warning: String?)
}

/// A body and what its `Content-Type` is.
package struct WireBody: Hashable, Sendable {
    package let contentType: String
    package let bytes: [UInt8]

    package init(contentType: String, bytes: [UInt8]) {
        self.contentType = contentType
        self.bytes = bytes
    }
}

package enum PlatformError: Error, Equatable {
    /// A stored body that its own adapter cannot read any more.
    case unreadableEvent(EventID, reason: String)
}
