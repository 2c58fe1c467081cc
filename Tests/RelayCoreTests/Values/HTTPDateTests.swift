import RelayCore
import Testing

@Suite struct HTTPDateTests {
    private static let in2026: Int64 = 1_795_317_000

    private func unixSeconds(_ text: String, seenAt now: Int64 = in2026) -> Int64? {
        HTTPDate.unixSeconds(Array(text.utf8), seenAtUnixSeconds: now)
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
    func allThreeFormsAreRead(text: String) {
        #expect(unixSeconds(text) == 784_111_777)
    }

    @Test func aDayOfTwoDigitsIsReadInTheOldestFormToo() {
        #expect(unixSeconds("Wed Nov 16 08:49:37 1994") == 784_975_777)
    }

    @Test(arguments: [("76", 2076), ("77", 1977), ("00", 2000), ("26", 2026), ("99", 1999)])
    func aShortYearIsAtMostFiftyYearsAhead(digits: String, year: Int) {
        #expect(
            unixSeconds("Monday, 01-Jan-\(digits) 00:00:00 GMT") == unixSeconds("Mon, 01 Jan \(year) 00:00:00 GMT"))
    }

    @Test func aLeapSecondIsTheFirstOfTheNextMinute() {
        #expect(unixSeconds("Sat, 31 Dec 2016 23:59:60 GMT") == unixSeconds("Sun, 01 Jan 2017 00:00:00 GMT"))
    }

    @Test(arguments: [
        "", "Sun", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 6 Nov 1994 08:49:37 GMT", "sun, 06 nov 1994 08:49:37 gmt", "Xyz, 06 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994", "1994-11-06T08:49:37Z",
    ])
    func anythingElseIsRefused(text: String) {
        #expect(unixSeconds(text) == nil)
    }
}
