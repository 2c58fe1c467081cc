import RelayCore
import Testing

@Suite struct CivilDateTests {
    @Test(arguments: [
        (0, 1970, 1, 1), (-1, 1969, 12, 31), (11_016, 2000, 2, 29), (11_017, 2000, 3, 1), (20_779, 2026, 11, 22),
        (-719_468, 0, 3, 1), (-719_528, 0, 1, 1), (2_932_896, 9999, 12, 31),
    ])
    func knownDaysAreFound(days: Int, year: Int, month: Int, day: Int) throws {
        let date = try #require(CivilDate(year: year, month: month, day: day))
        #expect(date.daysSinceEpoch == days)
        #expect(CivilDate(daysSinceEpoch: days) == date)
    }

    @Test func eachDayFollowsTheOneBeforeThroughoutThousandYears() throws {
        var previous = CivilDate(daysSinceEpoch: -200_001)
        for days in -200_000..<200_000 {
            let date = CivilDate(daysSinceEpoch: days)
            let follows =
                date.year == previous.year && date.month == previous.month && date.day == previous.day + 1
                || date.year == previous.year && date.month == previous.month + 1 && date.day == 1
                || date.year == previous.year + 1 && date.month == 1 && date.day == 1 && previous.month == 12
            try #require(follows && date.daysSinceEpoch == days)
            try #require(CivilDate(year: date.year, month: date.month, day: date.day) == date)
            previous = date
        }
    }

    @Test(arguments: [
        (2025, 2, 29), (1900, 2, 29), (2026, 4, 31), (2026, 13, 1), (2026, 0, 1), (2026, 1, 0), (2026, 1, 32),
    ])
    func daysThatDoNotExistAreRefused(year: Int, month: Int, day: Int) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }
}
