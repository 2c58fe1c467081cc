/// The three forms of date that RFC 9110, section 5.6.7, wants every recipient to read.
package enum HTTPDate {
    /// Nil where the text has none of the forms, or names a day or a time that does not exist. Whether the day of the
    /// week fits the date is not checked.
    ///
    /// - Parameter now: Decides the century of a year of two digits: the latest that is not more than 50 years ahead.
    package static func unixSeconds(_ text: [UInt8], seenAtUnixSeconds now: Int64) -> Int64? {
        preferredForm(text) ?? formOfRFC850(text, now: now) ?? formOfAsctime(text)
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    private static func preferredForm(_ text: [UInt8]) -> Int64? {
        var reader = HTTPDateReader(text)
        guard reader.skip(anyOf: shortDayNames), reader.skip(", "), let day = reader.number(digits: 2),
            reader.skip(" "), let month = reader.month(), reader.skip(" "), let year = reader.number(digits: 4),
            reader.skip(" "), let secondOfDay = reader.secondOfDay(), reader.skip(" GMT"), reader.isAtEnd
        else { return nil }
        return unixSeconds(year: year, month: month, day: day, secondOfDay: secondOfDay)
    }

    /// `Sunday, 06-Nov-94 08:49:37 GMT`
    private static func formOfRFC850(_ text: [UInt8], now: Int64) -> Int64? {
        var reader = HTTPDateReader(text)
        guard reader.skip(anyOf: longDayNames), reader.skip(", "), let day = reader.number(digits: 2),
            reader.skip("-"), let month = reader.month(), reader.skip("-"), let shortYear = reader.number(digits: 2),
            reader.skip(" "), let secondOfDay = reader.secondOfDay(), reader.skip(" GMT"), reader.isAtEnd
        else { return nil }
        let today = CivilDate(daysSinceEpoch: Int(floorDivide(now, by: 86_400)))
        let latestYear = today.year + 50
        let yearsBeforeLatest = latestYear - shortYear
        let year = latestYear - (yearsBeforeLatest - floorDivide(yearsBeforeLatest, by: 100) * 100)
        return unixSeconds(year: year, month: month, day: day, secondOfDay: secondOfDay)
    }

    /// `Sun Nov  6 08:49:37 1994`
    private static func formOfAsctime(_ text: [UInt8]) -> Int64? {
        var reader = HTTPDateReader(text)
        guard reader.skip(anyOf: shortDayNames), reader.skip(" "), let month = reader.month(), reader.skip(" "),
            let day = reader.skip(" ") ? reader.number(digits: 1) : reader.number(digits: 2),
            reader.skip(" "), let secondOfDay = reader.secondOfDay(),
            reader.skip(" "), let year = reader.number(digits: 4), reader.isAtEnd
        else { return nil }
        return unixSeconds(year: year, month: month, day: day, secondOfDay: secondOfDay)
    }

    private static func unixSeconds(year: Int, month: Int, day: Int, secondOfDay: Int) -> Int64? {
        guard let date = CivilDate(year: year, month: month, day: day) else { return nil }
        return Int64(date.daysSinceEpoch * 86_400 + secondOfDay)
    }

    private static let shortDayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let longDayNames = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
}

private struct HTTPDateReader {
    private var rest: ArraySlice<UInt8>

    init(_ text: [UInt8]) {
        rest = text[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ word: String) -> Bool {
        guard rest.starts(with: word.utf8) else { return false }
        rest.removeFirst(word.utf8.count)
        return true
    }

    mutating func skip(anyOf words: [String]) -> Bool {
        for word in words where skip(word) { return true }
        return false
    }

    mutating func number(digits count: Int) -> Int? {
        guard rest.count >= count else { return nil }
        var number = 0
        for byte in rest.prefix(count) {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        rest.removeFirst(count)
        return number
    }

    /// 1 for January.
    mutating func month() -> Int? {
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        for (index, name) in names.enumerated() where skip(name) { return index + 1 }
        return nil
    }

    /// `08:49:37`; a leap second counts as the first of the next minute.
    mutating func secondOfDay() -> Int? {
        guard let hour = number(digits: 2), hour < 24, skip(":"), let minute = number(digits: 2), minute < 60,
            skip(":"), let second = number(digits: 2), second <= 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }
}
