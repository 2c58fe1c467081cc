/// What a platform's adapter read out of a verified call.
package struct Arrival: Sendable {
    /// `goods.issue`, `order.paid`, …: what routes match.
    package var type: String
    /// The platform's own number of the order.
    package var orderNo: String
    /// Tells events of one order apart; empty where a platform has one event per order.
    package var dedupeKey: String
    /// The same event may be known by another key, where it can come in two ways: it is, if the order has an event whose
    /// dedupe key starts with this.
    package var knownPrefix: String?
    /// Events of this order reach every endpoint one after the other, in the order in which they came.
    package var isOrdered: Bool
    /// What routes match `goods` against; empty where the event has none.
    package var goodsCode: String
    /// The body as it came, byte for byte.
    package var body: [UInt8]
    /// A digest of the business fields: the same order with another one is a conflict.
    package var fingerprint: [UInt8]
    /// Something an operator should know about this event; shown in its trace.
    package var warning: String?
    /// The trace that the platform's call named; nil where it named none.
    package var trace: TraceContext?

    package init(
        type: String, orderNo: String, dedupeKey: String = "", knownPrefix: String? = nil, isOrdered: Bool = false,
        goodsCode: String = "", body: [UInt8], fingerprint: [UInt8], warning: String? = nil,
        trace: TraceContext? = nil
    ) {
        self.type = type
        self.orderNo = orderNo
        self.dedupeKey = dedupeKey
        self.knownPrefix = knownPrefix
        self.isOrdered = isOrdered
        self.goodsCode = goodsCode
        self.body = body
        self.fingerprint = fingerprint
        self.warning = warning
        self.trace = trace
    }
}

/// One accepted callback, as far as delivering it needs to know. Immutable, and a single reference: it goes through many
/// hands.
package final class Event: Sendable {
    package let id: EventID
    package let app: AppID
    package let type: String
    package let orderNo: String
    /// The body as it came, byte for byte.
    package let body: [UInt8]
    package let trace: TraceContext

    /// - Parameter trace: nil begins one.
    package init(
        id: EventID, app: AppID, type: String, orderNo: String, body: [UInt8], trace: TraceContext? = nil
    ) {
        self.id = id
        self.app = app
        self.type = type
        self.orderNo = orderNo
        self.body = body
        self.trace = trace ?? TraceContext(begunFor: id)
    }

    /// What a delivery of an event with a body of that size takes in memory, in bytes: the body, what is made of it for the
    /// merchant, and a guess for everything around it.
    package static func weight(ofBody bytes: Int) -> Int {
        2 * bytes + 1_024
    }

    /// Of the largest body that is accepted.
    package static let maximumWeight = weight(ofBody: 64 * 1_024)

    package var weight: Int {
        Self.weight(ofBody: body.count)
    }

    /// Unix time by the clock of the relay that received it.
    package var receivedAtMilliseconds: Int64 {
        id.unixMilliseconds
    }
}
