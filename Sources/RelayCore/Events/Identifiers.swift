/// An event's id: a version 7 UUID, so that ids made one after the other sort by their time.
package struct EventID: Hashable, Comparable, Sendable {
    // In halves: stored as a UInt128, it made async functions that keep one across a suspension go on at address 0
    // (Swift 6.3.1, debug).
    private let high: UInt64
    private let low: UInt64

    package init(bits: UInt128) {
        high = UInt64(truncatingIfNeeded: bits >> 64)
        low = UInt64(truncatingIfNeeded: bits)
    }

    package var bits: UInt128 {
        UInt128(high) << 64 | UInt128(low)
    }

    /// `random` fills the 74 bits that are not time, version or variant.
    package init(unixMilliseconds: Int64, random: UInt128) {
        let time = UInt128(UInt64(bitPattern: unixMilliseconds) & 0xFFFF_FFFF_FFFF) << 80
        let version = UInt128(0x7) << 76
        let variant = UInt128(0b10) << 62
        let randomA = (random >> 64 & 0xFFF) << 64
        let randomB = random & 0x3FFF_FFFF_FFFF_FFFF
        self.init(bits: time | version | randomA | variant | randomB)
    }

    /// When the id was made.
    package var unixMilliseconds: Int64 {
        Int64(bits >> 80)
    }

    package static func < (left: EventID, right: EventID) -> Bool {
        left.bits < right.bits
    }
}

extension EventID: CustomStringConvertible {
    /// Lower-case hexadecimal in groups of 8-4-4-4-12.
    package var description: String {
        String(unsafeUninitializedCapacity: 36) { text in
            let digits: StaticString = "0123456789abcdef"
            var position = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    text[position] = UInt8(ascii: "-")
                    position += 1
                }
                text[position] = digits.utf8Start[Int(bits >> UInt128(124 - nibble * 4) & 0xF)]
                position += 1
            }
            return position
        }
    }
}

package struct AppID: Hashable, Comparable, Sendable {
    package let number: Int32

    package init(_ number: Int32) {
        self.number = number
    }

    package static func < (left: AppID, right: AppID) -> Bool {
        left.number < right.number
    }
}

package struct EndpointID: Hashable, Comparable, Sendable {
    package let number: Int32

    package init(_ number: Int32) {
        self.number = number
    }

    package static func < (left: EndpointID, right: EndpointID) -> Bool {
        left.number < right.number
    }
}

/// One event for one endpoint.
package struct DeliveryKey: Hashable, Comparable, Sendable {
    package let event: EventID
    package let endpoint: EndpointID

    package init(event: EventID, endpoint: EndpointID) {
        self.event = event
        self.endpoint = endpoint
    }

    package static func < (left: DeliveryKey, right: DeliveryKey) -> Bool {
        left.event == right.event ? left.endpoint < right.endpoint : left.event < right.event
    }
}
