import Glibc
import RelayCore

/// A moment as the clock on the wall shows it, with its zone: `2026-11-22 11:10:00.123 +08:00`.
struct LocalTime: CustomStringConvertible {
    let unixMilliseconds: Int64
    let secondsFromUTC: Int

    init(unixMilliseconds: Int64, secondsFromUTC: Int) {
        self.unixMilliseconds = unixMilliseconds
        self.secondsFromUTC = secondsFromUTC
    }

    /// In the zone of the machine, or of the variable `TZ`.
    init(unixMilliseconds: Int64) {
        var seconds = time_t(unixMilliseconds / 1_000)
        var local = tm()
        localtime_r(&seconds, &local)
        self.init(unixMilliseconds: unixMilliseconds, secondsFromUTC: local.tm_gmtoff)
    }

    /// What the zone of the machine, or of the variable `TZ`, has when its clocks show that many seconds since 1970.
    static func secondsFromUTC(atLocalSeconds localSeconds: Int64) -> Int {
        var seconds = time_t(localSeconds)
        var fields = tm()
        gmtime_r(&seconds, &fields)
        fields.tm_isdst = -1
        return Int(localSeconds) - mktime(&fields)
    }

    var description: String {
        let shifted = Timestamp(unixMilliseconds: unixMilliseconds + Int64(secondsFromUTC) * 1_000).description
        let (date, time) = (shifted.prefix(10), shifted.dropFirst(11).dropLast())
        let minutes = abs(secondsFromUTC) / 60
        let zone = "\(secondsFromUTC < 0 ? "-" : "+")\(Self.twoDigits(minutes / 60)):\(Self.twoDigits(minutes % 60))"
        return "\(date) \(time) \(zone)"
    }

    private static func twoDigits(_ number: Int) -> String {
        (number < 10 ? "0" : "") + String(number)
    }
}
