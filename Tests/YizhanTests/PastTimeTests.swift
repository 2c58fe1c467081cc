import RelayCore
import Testing

@testable import Yizhan

struct PastTimeTests {
    @Test(
        arguments: [
            ("2026-11-22T03:10:00Z", 1_795_317_000_000), ("2026-11-22T03:10Z", 1_795_317_000_000),
            ("2026-11-22 11:10:00.123 +08:00", 1_795_317_000_123), ("2026-11-22T11:10:00.5+0800", 1_795_317_000_500),
            ("2026-11-21 23:40:00.123456-03:30", 1_795_317_000_123),
            // Without a zone, local, which is +08:00 here.
            ("2026-11-22 11:10", 1_795_317_000_000), ("2026-11-22", 1_795_276_800_000),
        ] as [(String, Int64)])
    func aTimeIsReadInItsZoneOrInTheLocalOne(text: String, unixMilliseconds: Int64) throws {
        let time = try PastTime(text: text, secondsFromUTC: { _ in 8 * 3_600 })
        #expect(time == .at(unixMilliseconds: unixMilliseconds))
        #expect(time.unixMicroseconds == unixMilliseconds * 1_000)
        #expect(time.ago == nil)
    }

    @Test func whatTraceWritesIsRead() throws {
        let moment = LocalTime(unixMilliseconds: 1_795_317_000_123)
        #expect(try PastTime(text: "\(moment)") == .at(unixMilliseconds: moment.unixMilliseconds))
        let withoutZone = "\(moment)".prefix(23)
        #expect(try PastTime(text: String(withoutZone)) == .at(unixMilliseconds: moment.unixMilliseconds))
    }

    @Test func aDurationIsSoLongAgo() throws {
        let time = try PastTime(text: "2h")
        #expect(time == .ago(.seconds(7_200)))
        #expect(time.ago == .seconds(7_200))
        #expect(time.unixMicroseconds == nil)
    }

    @Test(arguments: [
        "", "yesterday", "2 h", "10:00", "26-11-22", "2026-11-22T", "2026-11-22 11:10 CST", "2026-11-22 11:10 +25:00",
        "-2h",
    ])
    func anythingElseIsRefused(text: String) {
        #expect(throws: PastTimeError.malformed) { try PastTime(text: text) }
    }

    @Test(arguments: ["2026-02-29", "2026-13-01", "2026-11-22 24:00", "2026-11-22 11:60", "2026-11-22 11:10:60"])
    func soIsATimeThatDoesNotExist(text: String) {
        #expect(throws: PastTimeError.noSuchTime) { try PastTime(text: text) }
    }
}
