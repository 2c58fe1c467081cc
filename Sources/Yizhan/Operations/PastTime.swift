import RelayCore

/// A moment as an operator writes it.
enum PastTime: Hashable, Sendable {
    /// By the database's clock.
    case ago(Duration)
    case at(unixMilliseconds: Int64)

    /// Reads `2h`, `2026-11-25`, `2026-11-25 10:00`, and ISO 8601 with seconds, fractions and a zone, also with the space
    /// that `yizhan trace` writes before it.
    ///
    /// - Parameter secondsFromUTC: of a moment without a zone, by the seconds since 1970 that clocks there show.
    init(
        text: String,
        secondsFromUTC: (_ localSeconds: Int64) -> Int = { LocalTime.secondsFromUTC(atLocalSeconds: $0) }
    ) throws(PastTimeError) {
        let form =
            /(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?(?: ?(Z|[+-](?:0\d|1[0-4]):?[0-5]\d))?)?/
            .asciiOnlyDigits()
        guard let match = text.wholeMatch(of: form)?.output else {
            do {
                self = .ago(try Duration(text: text))
            } catch {
                throw .malformed
            }
            return
        }
        let time = [match.4, match.5, match.6].map { $0.flatMap { Int($0) } ?? 0 }
        guard let year = Int(match.1), let month = Int(match.2), let day = Int(match.3),
            let date = CivilDate(year: year, month: month, day: day), time[0] < 24, time[1] < 60, time[2] < 60
        else { throw .noSuchTime }
        let localSeconds = Int64(date.daysSinceEpoch * 86_400 + time[0] * 3_600 + time[1] * 60 + time[2])
        let offset = match.8.map(Self.seconds(ofZone:)) ?? secondsFromUTC(localSeconds)
        let fraction = (match.7 ?? "") + "000"
        self = .at(unixMilliseconds: (localSeconds - Int64(offset)) * 1_000 + (Int64(fraction.prefix(3)) ?? 0))
    }

    /// Of `Z`, `+08:00` or `+0800`.
    private static func seconds(ofZone zone: Substring) -> Int {
        let digits = zone.filter(\.isNumber)
        guard let hours = Int(digits.prefix(2)), let minutes = Int(digits.suffix(2)) else { return 0 }
        return (hours * 3_600 + minutes * 60) * (zone.hasPrefix("-") ? -1 : 1)
    }

    var ago: Duration? {
        switch self {
        case .ago(let duration): duration
        case .at: nil
        }
    }

    var unixMicroseconds: Int64? {
        switch self {
        case .ago: nil
        case .at(let unixMilliseconds): unixMilliseconds * 1_000
        }
    }
}

enum PastTimeError: Error, Hashable {
    case malformed
    case noSuchTime
}

extension PastTimeError: CustomStringConvertible {
    var description: String {
        switch self {
        case .malformed: #"expected a time such as "2026-11-25 10:00", or how long ago, such as 2h"#
        case .noSuchTime: "no calendar or clock has this"
        }
    }
}
