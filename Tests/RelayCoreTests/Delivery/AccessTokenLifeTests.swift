import RelayCore
import Testing

@Suite struct AccessTokenLifeTests {
    private static let now: Int64 = 1_700_000_000_000

    private func life(expiresIn milliseconds: Int64, at now: Int64 = now) -> AccessTokenLife {
        AccessTokenLife(expiresAtUnixMilliseconds: now + milliseconds, receivedAtUnixMilliseconds: now)
    }

    @Test(arguments: [1_000, 60_000, 7 * 86_400_000])
    func aTokenIsUsedUntilItExpiresAndRenewedWhenNineTenthsAreOver(milliseconds: Int64) {
        let life = life(expiresIn: milliseconds)
        #expect(life.usableFor == .milliseconds(milliseconds))
        #expect(life.renewedAfter == .milliseconds(milliseconds) * 9 / 10)
        #expect(!life.isSkewed)
    }

    @Test func noTokenIsUsedForMoreThanAWeek() {
        #expect(life(expiresIn: 8 * 86_400_000).usableFor == .seconds(7 * 86_400))
        let endless = AccessTokenLife(expiresAtUnixMilliseconds: .max, receivedAtUnixMilliseconds: -1)
        #expect(endless.usableFor == .seconds(7 * 86_400) && !endless.isSkewed)
    }

    @Test(arguments: [999, 0, -1, -86_400_000])
    func aTokenThatLooksExpiredWhenItComesIsTrustedForTenMinutes(milliseconds: Int64) {
        let life = life(expiresIn: milliseconds)
        #expect(life.isSkewed && life.usableFor == .seconds(600) && life.renewedAfter == .seconds(540))
    }

    @Test func noExpiryOverflows() {
        let life = AccessTokenLife(expiresAtUnixMilliseconds: .min, receivedAtUnixMilliseconds: 1)
        #expect(life.isSkewed && life.usableFor == .seconds(600))
    }
}
