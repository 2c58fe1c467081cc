/// Hexadecimal digits, read in either case.
enum Hexadecimal {
    static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// Nil where `text` is anything but pairs of digits.
    static func bytes(of text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        for position in stride(from: text.startIndex, to: text.endIndex, by: 2) {
            guard let high = value(of: text[position]), let low = value(of: text[position + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    static func upperCase(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            appendUpperCase(byte, to: &text)
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func lowerCase(_ bytes: some Sequence<UInt8>) -> String {
        upperCase(bytes).lowercased()
    }

    static func appendUpperCase(_ byte: UInt8, to text: inout [UInt8]) {
        text.append(upperCaseDigit(byte >> 4))
        text.append(upperCaseDigit(byte & 0xF))
    }

    private static func upperCaseDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
