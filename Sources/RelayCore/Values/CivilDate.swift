/// A day of the Gregorian calendar, also before that was in use.
///
/// Years are counted from March, so that the leap day is the last of its year, and in eras of 400 years, after which
/// the calendar repeats itself.
package struct CivilDate: Hashable, Sendable {
    package let year: Int
    /// 1 for January.
    package let month: Int
    package let day: Int

    /// Nil for a day that does not exist.
    package init?(year: Int, month: Int, day: Int) {
        guard 1...12 ~= month, 1...Self.lastDay(ofMonth: month, in: year) ~= day else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Day 0 is 1970-01-01.
    package init(daysSinceEpoch days: Int) {
        let daysSinceEraZero = days + Self.daysFromEraZeroToEpoch
        let era = floorDivide(daysSinceEraZero, by: Self.daysPerEra)
        let dayOfEra = daysSinceEraZero - era * Self.daysPerEra
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    package var daysSinceEpoch: Int {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = floorDivide(yearFromMarch, by: 400)
        let yearOfEra = yearFromMarch - era * 400
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * Self.daysPerEra + dayOfEra - Self.daysFromEraZeroToEpoch
    }

    private static let daysPerEra = 146_097
    /// From 0000-03-01 to 1970-01-01.
    private static let daysFromEraZeroToEpoch = 719_468

    private static func lastDay(ofMonth month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Rounds down, where `/` rounds toward zero. `divisor` is greater than zero.
func floorDivide<Number: BinaryInteger>(_ number: Number, by divisor: Number) -> Number {
    let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
}
