/// The trace that an event belongs to, as https://www.w3.org/TR/trace-context/ has it: taken from the platform's call, or
/// begun by the relay.
///
/// `tracestate` is not passed on: it is for systems that take part in the trace, and the relay writes nothing into it.
package struct TraceContext: Hashable, Sendable {
    // In halves, as in EventID.
    private let high: UInt64
    private let low: UInt64
    /// The caller's span; 0 where the relay began the trace.
    private let parent: UInt64
    private let isSampled: Bool

    /// A trace of the event's own: its id is the event's, so that nothing of it need be kept. It is sampled: the relay
    /// keeps the story of every event.
    package init(begunFor event: EventID) {
        high = UInt64(truncatingIfNeeded: event.bits >> 64)
        low = UInt64(truncatingIfNeeded: event.bits)
        parent = 0
        isSampled = true
    }

    /// Nil where the value of a `traceparent` header is not valid. One of a later version may be longer.
    package init?(traceparent: String) {
        let text = Array(traceparent.utf8)
        guard text.count >= 55, text[2] == Self.dash, text[35] == Self.dash, text[52] == Self.dash,
            let version = Self.number(text[..<2]), version != 0xFF,
            let high = Self.number(text[3..<19]), let low = Self.number(text[19..<35]), high | low != 0,
            let parent = Self.number(text[36..<52]), parent != 0,
            let flags = Self.number(text[53..<55]),
            text.count == 55 || version > 0 && text[55] == Self.dash
        else { return nil }
        self.high = high
        self.low = low
        self.parent = parent
        isSampled = flags & 1 == 1
    }

    /// 32 hexadecimal digits.
    package var traceID: String {
        var text: [UInt8] = []
        Self.write(high, into: &text)
        Self.write(low, into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The caller's header, in the version that the relay writes; nil where the relay began the trace.
    package var kept: String? {
        parent == 0 ? nil : traceparent(from: parent)
    }

    /// The header of one attempt. Each has a span of its own, which the lease tells: a token is leased once.
    package func traceparent(of key: DeliveryKey, token: Int64) -> String {
        let lease = UInt64(truncatingIfNeeded: key.event.bits) ^ UInt64(bitPattern: token)
        let span = Self.mixed(Self.mixed(lease) ^ UInt64(UInt32(bitPattern: key.endpoint.number)))
        return traceparent(from: span == 0 ? 1 : span)
    }

    private func traceparent(from span: UInt64) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(55)
        text += "00-".utf8
        Self.write(high, into: &text)
        Self.write(low, into: &text)
        text.append(Self.dash)
        Self.write(span, into: &text)
        text += (isSampled ? "-01" : "-00").utf8
        return String(decoding: text, as: UTF8.self)
    }

    private static let dash = UInt8(ascii: "-")

    /// Small letters only, as the standard demands.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }

    private static func write(_ number: UInt64, into text: inout [UInt8]) {
        for shift in stride(from: 60, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift) & 0xF)
            text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    /// The finalizer of SplitMix64: a bijection, so that different leases of an event have different spans.
    private static func mixed(_ number: UInt64) -> UInt64 {
        var mixed = number &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
