import RelayCore
import TestSupport
import Testing

@Suite struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:37.500 GMT
    private let now: Int64 = 784_111_777_500

    @Test(
        arguments: [
            ("0", .zero), ("120", .seconds(120)), (" 7\t", .seconds(7)), ("0009", .seconds(9)), ("-5", .zero),
            ("-99999999999999999999", .zero), ("99999999999999999999999", RetryAfter.longest),
            ("9223372036854775807", RetryAfter.longest),
        ] as [(String, Duration)])
    func secondsAreRead(value: String, expected: Duration) {
        #expect(RetryAfter.wait(askedBy: value, atUnixMilliseconds: now) == expected)
    }

    @Test(
        arguments: [
            ("Sun, 06 Nov 1994 08:50:37 GMT", .milliseconds(59_500)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", .milliseconds(59_500)),
            ("Sun Nov  6 08:50:37 1994", .milliseconds(59_500)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", .zero), ("Thu, 01 Jan 1970 00:00:00 GMT", .zero),
            ("Fri, 31 Dec 9999 23:59:59 GMT", RetryAfter.longest),
        ] as [(String, Duration)])
    func datesAreCountedFromNow(value: String, expected: Duration) {
        #expect(RetryAfter.wait(askedBy: value, atUnixMilliseconds: now) == expected)
    }

    @Test(arguments: ["", " ", "-", "soon", "1.5", "+5", "5s", "1 2", "٥", "0x10", "--1", "Sun, 06 Nov 1994 08:49:37"])
    func garbageAsksForNothing(value: String) {
        #expect(RetryAfter.wait(askedBy: value, atUnixMilliseconds: now) == nil)
    }

    @Test func damagedDatesAreRefusedOrWithinTheBounds() {
        var generator = SeededGenerator(seed: 1)
        var refused = 0
        let forms = [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "120",
        ]
        for _ in 0..<20_000 {
            var value = Array((forms.randomElement(using: &generator) ?? "").utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                value[Int.random(in: value.indices, using: &generator)] = UInt8.random(
                    in: 0x20..<0x7F, using: &generator)
            }
            let text = String(decoding: value, as: UTF8.self)
            let anyTime = Int64.random(in: .min ... .max, using: &generator)
            guard let wait = RetryAfter.wait(askedBy: text, atUnixMilliseconds: anyTime) else {
                refused += 1
                continue
            }
            #expect(.zero...RetryAfter.longest ~= wait, "\(text)")
        }
        #expect(10_000..<20_000 ~= refused)
    }

    @Test func randomBytesAskForNothing() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<5_000 {
            let text = "x" + String(decoding: generator.bytes(count: 0...40), as: UTF8.self)
            #expect(RetryAfter.wait(askedBy: text, atUnixMilliseconds: now) == nil)
        }
    }
}
