/// A moment, written as ISO 8601 in UTC with milliseconds: `2026-11-22T03:10:00.123Z`.
package struct Timestamp: Hashable, Sendable {
    package let unixMilliseconds: Int64

    /// Moments beyond the years 0000 to 9999, which have no such text, become the nearest that has one.
    package init(unixMilliseconds: Int64) {
        self.unixMilliseconds = min(max(unixMilliseconds, -62_167_219_200_000), 253_402_300_799_999)
    }

    package func write(into bytes: inout [UInt8]) {
        let days = floorDivide(Int(unixMilliseconds), by: 86_400_000)
        let millisecondOfDay = Int(unixMilliseconds) - days * 86_400_000
        let date = CivilDate(daysSinceEpoch: days)
        Self.write(date.year, digits: 4, endingWith: "-", into: &bytes)
        Self.write(date.month, digits: 2, endingWith: "-", into: &bytes)
        Self.write(date.day, digits: 2, endingWith: "T", into: &bytes)
        Self.write(millisecondOfDay / 3_600_000, digits: 2, endingWith: ":", into: &bytes)
        Self.write(millisecondOfDay / 60_000 % 60, digits: 2, endingWith: ":", into: &bytes)
        Self.write(millisecondOfDay / 1000 % 60, digits: 2, endingWith: ".", into: &bytes)
        Self.write(millisecondOfDay % 1000, digits: 3, endingWith: "Z", into: &bytes)
    }

    private static func write(_ number: Int, digits: Int, endingWith end: Unicode.Scalar, into bytes: inout [UInt8]) {
        var divisor = digits == 4 ? 1000 : digits == 3 ? 100 : 10
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
        bytes.append(UInt8(ascii: end))
    }
}

extension Timestamp: CustomStringConvertible {
    package var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
