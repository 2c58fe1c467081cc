extension Duration {
    /// Reads `500ms`, `3s`, `1.5m`, `48h`, `7d`: one number and one unit, nothing else. `0` needs no unit.
    package init(text: String) throws(DurationTextError) {
        if text == "0" {
            self = .zero
            return
        }
        let unitStart = text.utf8.firstIndex { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 } ?? text.endIndex
        guard let unit = DurationUnit(rawValue: String(text[unitStart...])) else { throw .malformed }
        self = try Self.multiply(text.utf8[..<unitStart], by: unit.duration)
        guard self <= DurationTextError.longest else { throw .tooLong }
    }

    /// In the greatest unit of which it is a whole number: `90s`, `1d`; what is finer than milliseconds as `0.25ms`,
    /// down to the picosecond.
    package var text: String {
        if self < .zero { return "-" + (.zero - self).text }
        if self == .zero { return "0s" }
        if let unit = DurationUnit.allCases.last(where: { attoseconds % $0.duration.attoseconds == 0 }) {
            return "\(attoseconds / unit.duration.attoseconds)\(unit.rawValue)"
        }
        let (milliseconds, rest) = attoseconds.quotientAndRemainder(
            dividingBy: DurationUnit.milliseconds.duration.attoseconds)
        let digits = String(rest / 1_000_000)
        var fraction = String(repeating: "0", count: 9 - digits.count) + digits
        while fraction.last == "0" { fraction.removeLast() }
        return fraction.isEmpty ? "\(milliseconds)ms" : "\(milliseconds).\(fraction)ms"
    }

    /// `number` has up to 15 digits, and may have a point and up to nine digits after it: these bounds keep the
    /// arithmetic exact.
    private static func multiply(
        _ number: Substring.UTF8View, by unit: Duration
    ) throws(DurationTextError) -> Duration {
        let parts = number.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } }),
            let whole = parts.first
        else { throw .malformed }
        guard whole.count <= 15, let wholeNumber = Int128(Substring(whole)) else { throw .tooLong }
        var attoseconds = wholeNumber * unit.attoseconds

        if parts.count == 2 {
            guard parts[1].count <= 9 else { throw .malformed }
            var place = unit.attoseconds
            for digit in parts[1] {
                place /= 10
                attoseconds += Int128(digit - UInt8(ascii: "0")) * place
            }
        }
        return Duration(attoseconds: attoseconds)
    }
}

package enum DurationTextError: Error, Hashable {
    case malformed
    case tooLong

    package static let longest = Duration.seconds(36_500 * 86_400)
}

extension DurationTextError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed: "expected a duration such as 500ms, 3s, 10m, 48h or 7d"
        case .tooLong: "expected a duration of at most \(Self.longest.text)"
        }
    }
}

/// From the smallest to the greatest.
private enum DurationUnit: String, CaseIterable {
    case milliseconds = "ms"
    case seconds = "s"
    case minutes = "m"
    case hours = "h"
    case days = "d"

    var duration: Duration {
        switch self {
        case .milliseconds: .milliseconds(1)
        case .seconds: .seconds(1)
        case .minutes: .seconds(60)
        case .hours: .seconds(3600)
        case .days: .seconds(86_400)
        }
    }
}
