import RelayCore

extension FormBody {
    package static let contentType = "application/x-www-form-urlencoded"

    package typealias Pair = (name: String, value: String)

    /// Decoded names and values, in the order in which they came.
    package var pairs: [Pair] {
        parameters.map { (name: text($0.name), value: text($0.value)) }
    }

    package init(_ pairs: [Pair]) throws(FormError) {
        try self.init(parsing: Self.encode(pairs))
    }

    /// With `sign` where one stands already, else at the end.
    static func signed(_ pairs: [Pair], signature: String) -> [Pair] {
        guard let position = pairs.firstIndex(where: { $0.name.hasBytes(of: "sign") }) else {
            return pairs + [(name: "sign", value: signature)]
        }
        var signed = pairs
        signed[position].value = signature
        return signed
    }

    package static func encode(_ pairs: [Pair]) -> [UInt8] {
        var body: [UInt8] = []
        for (position, pair) in pairs.enumerated() {
            if position > 0 { body.append(UInt8(ascii: "&")) }
            appendEncoded(pair.name, to: &body)
            body.append(UInt8(ascii: "="))
            appendEncoded(pair.value, to: &body)
        }
        return body
    }

    /// As HTML forms encode: letters, digits and `*-._` stay, a space becomes `+`.
    private static func appendEncoded(_ text: String, to body: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                body.append(byte)
            case UInt8(ascii: " "):
                body.append(UInt8(ascii: "+"))
            default:
                body.append(UInt8(ascii: "%"))
                Hexadecimal.appendUpperCase(byte, to: &body)
            }
        }
    }
}
