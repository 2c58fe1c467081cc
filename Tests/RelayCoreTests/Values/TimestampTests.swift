import RelayCore
import TestSupport
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_795_317_000_123, "2026-11-22T03:10:00.123Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_399_007, "2100-02-28T23:59:59.007Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func aMomentIsWrittenInUTC(unixMilliseconds: Int64, expected: String) {
        #expect(Timestamp(unixMilliseconds: unixMilliseconds).description == expected)
    }

    @Test func momentsWithoutSuchATextBecomeTheNearestThatHasOne() {
        #expect(Timestamp(unixMilliseconds: .max).description == "9999-12-31T23:59:59.999Z")
        #expect(Timestamp(unixMilliseconds: .min).description == "0000-01-01T00:00:00.000Z")
    }

    @Test func theTextOfALaterMomentSortsLater() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<5_000 {
            let earlier = Int64.random(in: 0..<10_000_000_000_000, using: &generator)
            let later = earlier + Int64.random(in: 1..<100_000_000, using: &generator)
            #expect(
                Timestamp(unixMilliseconds: earlier).description < Timestamp(unixMilliseconds: later).description)
        }
    }
}
