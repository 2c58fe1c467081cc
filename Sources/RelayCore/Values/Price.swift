/// An amount of money with two decimals, exactly.
package struct Price: Hashable, Sendable {
    /// Hundredths.
    package let cents: Int64

    package init(cents: Int64) {
        self.cents = cents
    }

    /// Reads `12`, `1.5` and `1.23`: up to ten digits, and at most two decimals.
    package init(text: String) throws(PriceTextError) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } }) else {
            throw .malformed
        }
        let fraction = parts.count == 2 ? Array(parts[1]) : []
        guard fraction.count <= 2 else { throw .tooManyDecimals }
        guard parts[0].count <= 10 else { throw .tooLarge }
        let digits = parts[0] + fraction + Array(repeating: UInt8(ascii: "0"), count: 2 - fraction.count)
        cents = digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }
}

extension Price: CustomStringConvertible {
    /// With two decimals, as JSON writes a number.
    package var description: String {
        let (whole, rest) = cents.magnitude.quotientAndRemainder(dividingBy: 100)
        return "\(cents < 0 ? "-" : "")\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}

package enum PriceTextError: Error, Hashable {
    case malformed
    case tooManyDecimals
    case tooLarge
}

extension PriceTextError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed: "expected a price such as 12 or 1.23"
        case .tooManyDecimals: "expected a price with at most two decimals"
        case .tooLarge: "expected a price below 10000000000"
        }
    }
}
