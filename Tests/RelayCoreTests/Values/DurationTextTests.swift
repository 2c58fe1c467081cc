import RelayCore
import TestSupport
import Testing

@Suite struct DurationTextTests {
    @Test(
        arguments: [
            ("500ms", .milliseconds(500)), ("3s", .seconds(3)), ("10m", .seconds(600)), ("48h", .seconds(172_800)),
            ("7d", .seconds(604_800)), ("0", .zero), ("0s", .zero), ("1.5h", .seconds(5400)),
            ("0.25s", .milliseconds(250)),
            ("007s", .seconds(7)), ("0.1s", .milliseconds(100)), ("0.000000001s", .nanoseconds(1)),
            ("36500d", .seconds(3_153_600_000)),
        ] as [(String, Duration)])
    func oneNumberAndOneUnitIsADuration(text: String, expected: Duration) throws {
        #expect(try Duration(text: text) == expected)
    }

    @Test(arguments: [
        "", "s", "3", "00", "3 s", " 3s", "3s ", "3S", "3sec", "3us", "1h30m", "-3s", "+3s", "1.s", ".5s", "1.2.3s",
        "1,5s", "1e3s", "٣s", "3s\n", "1.0000000001s", "ms", "0x1s",
    ])
    func anythingElseIsRefused(text: String) {
        #expect(throws: DurationTextError.malformed) { try Duration(text: text) }
    }

    @Test(arguments: ["36501d", "3153600001s", "9999999999999999s", "99999999999999999999999999999999999999999d"])
    func moreThanACenturyIsRefused(text: String) {
        #expect(throws: DurationTextError.tooLong) { try Duration(text: text) }
    }

    @Test(
        arguments: [
            (.zero, "0s"), (.milliseconds(1), "1ms"), (.milliseconds(1500), "1500ms"), (.seconds(60), "1m"),
            (.seconds(90), "90s"), (.seconds(3600), "1h"), (.seconds(86_400), "1d"), (.seconds(72 * 3600), "3d"),
            (.microseconds(250), "0.25ms"), (.nanoseconds(1_000_001), "1.000001ms"), (.seconds(-90), "-90s"),
        ] as [(Duration, String)])
    func theTextHasTheGreatestUnitThatNeedsNoPoint(duration: Duration, expected: String) {
        #expect(duration.text == expected)
    }

    @Test func whatCanBeReadIsWrittenAsSomethingThatReadsTheSame() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<5_000 {
            let whole = generator.text(of: "0123456789", count: 1...4)
            let fraction = generator.chance(0.5) ? "." + generator.text(of: "0123456789", count: 1...9) : ""
            let unit = ["ms", "s", "m", "h", "d"].randomElement(using: &generator) ?? "s"
            let duration = try Duration(text: whole + fraction + unit)
            #expect(try Duration(text: duration.text) == duration)
        }
    }

    @Test func theErrorSaysWhatWasExpected() {
        #expect(DurationTextError.malformed.description == "expected a duration such as 500ms, 3s, 10m, 48h or 7d")
        #expect(DurationTextError.tooLong.description == "expected a duration of at most 36500d")
    }
}
