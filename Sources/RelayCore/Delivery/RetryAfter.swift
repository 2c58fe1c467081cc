/// The `Retry-After` header of RFC 9110, section 10.2.3.
package enum RetryAfter {
    /// What longer waits are cut to.
    package static let longest = Duration.seconds(366 * 86_400)

    /// The wait that a header's value asks for, in seconds or until a date; a date that is over and a negative number
    /// ask for none. Nil where the value is neither.
    package static func wait(askedBy value: String, atUnixMilliseconds now: Int64) -> Duration? {
        let text = trimmed(value.utf8)
        if let wait = seconds(text) { return wait }
        guard let date = HTTPDate.unixSeconds(text, seenAtUnixSeconds: now / 1000) else { return nil }
        return min(max(.seconds(date) - .milliseconds(now), .zero), longest)
    }

    private static func trimmed(_ value: String.UTF8View) -> [UInt8] {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var text = Array(value.drop(while: isBlank))
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }

    private static func seconds(_ text: [UInt8]) -> Duration? {
        let isNegative = text.first == UInt8(ascii: "-")
        let digits = isNegative ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
        if isNegative { return .zero }
        // Only a number beyond Int64 is nil here.
        guard let seconds = Int64(String(decoding: digits, as: UTF8.self)) else { return longest }
        return min(.seconds(seconds), longest)
    }
}
