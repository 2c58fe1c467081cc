import RelayCore
import Testing

@Suite struct RateTextTests {
    @Test(arguments: [
        ("100/s", Rate(count: 100, period: .seconds(1))), ("30/m", Rate(count: 30, period: .seconds(60))),
        ("1000/h", Rate(count: 1000, period: .seconds(3600))),
    ])
    func aRateIsReadAndWritten(text: String, expected: Rate) throws {
        #expect(try Rate(text: text) == expected)
        #expect(expected.text == text)
    }

    @Test(arguments: ["", "100", "100/", "/s/", "100/s/s", "100 / s", "100/sec", "1.5/s", "-1/s", "+1/s", "1/S"])
    func whatIsNoRateIsRefused(text: String) {
        #expect(throws: RateTextError.malformed) { try Rate(text: text) }
    }

    @Test(arguments: ["0/s", "/s", "1000000001/s", "99999999999999999999/h"])
    func aCountThatIsNotInRangeIsRefused(text: String) {
        #expect(throws: RateTextError.countOutOfRange) { try Rate(text: text) }
    }

    @Test func aPeriodWithoutALetterIsWrittenInFull() {
        #expect(Rate(count: 5, period: .seconds(10)).text == "5/10s")
    }
}
