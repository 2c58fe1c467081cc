extension Price {
    /// Reads a decimal number as other systems write it, such as `1.2300000000000002` or `1.2e1`, and rounds it half up to
    /// two decimals. Exact: no binary floating-point number is ever made of it.
    package init(rounding text: String) throws(PriceTextError) {
        let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard mantissa.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isDigit) }) else { throw .malformed }
        let fraction = mantissa.count == 2 ? mantissa[1] : ""
        let digits = (mantissa[0] + fraction).utf8.map { Int64($0 - UInt8(ascii: "0")) }.drop { $0 == 0 }
        let exponent = try parts.count == 2 ? Self.exponent(parts[1]) : 0
        // How many digits lie before the end of the second decimal; of those behind it, the first one decides.
        let kept = digits.count + 2 + exponent - fraction.utf8.count
        guard !digits.isEmpty, kept >= 0 else {
            self.init(cents: 0)
            return
        }
        guard kept <= Self.maximumDigits else { throw .tooLarge }
        let whole = digits.prefix(kept).reduce(0) { $0 * 10 + $1 }
        let padded = (digits.count..<max(kept, digits.count)).reduce(whole) { cents, _ in cents * 10 }
        let isRoundedUp = digits.dropFirst(kept).first.map { $0 >= 5 } ?? false
        let cents = padded + (isRoundedUp ? 1 : 0)
        guard cents < Self.limit else { throw .tooLarge }
        self.init(cents: cents)
    }

    /// Of the cents: ten before the point, two behind it.
    private static let maximumDigits = 12
    private static let limit: Int64 = 1_000_000_000_000

    private static func exponent(_ text: Substring) throws(PriceTextError) -> Int {
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text
        guard (1...6).contains(digits.utf8.count), digits.utf8.allSatisfy(isDigit), let exponent = Int(digits) else {
            throw .malformed
        }
        return text.hasPrefix("-") ? -exponent : exponent
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
