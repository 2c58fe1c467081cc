/// Reads the names of a call's parameters, and nothing of their values, also from a body that is not as it should be.
package enum ParameterNames {
    private static let maximumCount = 32
    private static let maximumBytes = 64

    /// At most 32, in the order in which they came. A body that is no form and no JSON object has none.
    package static func names(in call: InboundCall) -> [String] {
        guard call.contentType == "application/json" else { return ofForm(call.body) }
        do {
            let members = try JSON(parsing: call.body).members ?? []
            return members.prefix(maximumCount).map { shown(Array($0.name.utf8)[...]) }
        } catch {
            return []
        }
    }

    /// What has no `=` may be anything, and is passed over.
    private static func ofForm(_ body: [UInt8]) -> [String] {
        var names: [String] = []
        for part in body.split(separator: UInt8(ascii: "&")) where names.count < maximumCount {
            guard let end = part.firstIndex(of: UInt8(ascii: "=")) else { continue }
            names.append(shown(decoded(part[..<end])[...]))
        }
        return names
    }

    /// A `%` without two hexadecimal digits behind it stays.
    private static func decoded(_ name: ArraySlice<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        var rest = name
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count > 1,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                decoded.append(value)
                rest.removeFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return decoded
    }

    /// Up to 64 letters, digits, `_`, `-` and `.`; cut with a `?` at anything else, because what is no name may be the
    /// start of a value.
    private static func shown(_ name: ArraySlice<UInt8>) -> String {
        let start = name.prefix(maximumBytes).prefix(while: isPlain)
        let isWhole = start.count == name.count && !name.isEmpty
        return String(decoding: start, as: UTF8.self) + (isWhole ? "" : "?")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default:
            false
        }
    }
}
