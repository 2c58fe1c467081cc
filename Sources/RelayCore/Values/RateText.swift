extension Rate {
    /// The greatest count that a text may have.
    private static let greatestCount = 1_000_000_000

    /// Reads `100/s`, `30/m`, `1000/h`: a whole number from 1 up, and the period.
    package init(text: String) throws(RateTextError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else {
            throw .malformed
        }
        guard let count = Int(parts[0]), 1...Self.greatestCount ~= count else { throw .countOutOfRange }
        switch parts[1] {
        case "s": self.init(count: count, period: .seconds(1))
        case "m": self.init(count: count, period: .seconds(60))
        case "h": self.init(count: count, period: .seconds(3600))
        default: throw .malformed
        }
    }

    package var text: String {
        switch period {
        case .seconds(1): "\(count)/s"
        case .seconds(60): "\(count)/m"
        case .seconds(3600): "\(count)/h"
        default: "\(count)/\(period.text)"
        }
    }
}

package enum RateTextError: Error, Hashable {
    case malformed
    case countOutOfRange
}

extension RateTextError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed: "expected a rate such as 100/s, 30/m or 1000/h"
        case .countOutOfRange: "expected a rate of at least 1 and at most 1000000000"
        }
    }
}
