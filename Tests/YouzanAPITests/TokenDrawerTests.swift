import RelayCore
import Testing

@testable import YouzanAPI

@Suite struct TokenDrawerTests {
    private static let start = ContinuousClock.now

    private func at(_ seconds: Double) -> ContinuousClock.Instant { Self.start + .seconds(seconds) }

    /// Renewed after 9 s, expired after 10 s.
    private func token(_ version: Int64) -> AccessToken {
        AccessToken(secret: Secret("token"), version: version, renewsAt: at(9), expiresAt: at(10))
    }

    private func found(_ version: Int64?, notBefore: Duration? = nil) -> AccessTokenState {
        AccessTokenState(token: version.map(token), renewal: nil, notBefore: notBefore)
    }

    @Test func somebodyIsSentOutOnceUntilHeIsBack() {
        var drawer = TokenDrawer()
        let sendings = [drawer.sendOut(at: at(0)), drawer.sendOut(at: at(0))]
        #expect(sendings == [true, false])
        let isHome = drawer.comeHome(at: at(0))
        let goesAgain = drawer.sendOut(at: at(0))
        #expect(isHome && goesAgain)
    }

    @Test func aGoodTokenIsLookedUpAgainOnlyWhenItIsToBeRenewedAndThenOnceASecond() {
        var drawer = TokenDrawer()
        _ = drawer.take(found(1), at: at(0))
        let early = [0, 8.9, 9].map { drawer.sendOut(at: at($0)) }
        #expect(early == [false, false, true])
        _ = drawer.comeHome(at: at(9))
        let late = [9.9, 10].map { drawer.sendOut(at: at($0)) }
        #expect(late == [false, true])
    }

    @Test func aRenewalThatMayNotBeginIsNotLookedForBeforeItsTime() {
        var drawer = TokenDrawer()
        _ = drawer.sendOut(at: at(0))
        _ = drawer.take(found(1, notBefore: .seconds(9.8)), at: at(0))
        _ = drawer.comeHome(at: at(0))
        let sendings = [9, 9.7, 9.8].map { drawer.sendOut(at: at($0)) }
        #expect(sendings == [false, false, true])
        #expect(drawer.retryAfter(at: at(2)) == at(9.8) - at(2))
        #expect(drawer.retryAfter(at: at(40)) == .seconds(1))
    }

    @Test func aTokenIsUsableUntilItExpiresOrIsRefused() {
        var drawer = TokenDrawer()
        _ = drawer.take(found(2), at: at(0))
        #expect(drawer.usableToken(at: at(9.9))?.version == 2 && drawer.usableToken(at: at(10)) == nil)
        drawer.refuse(1)
        #expect(drawer.usableToken(at: at(0))?.version == 2)
        drawer.refuse(2)
        let sendsOut = drawer.sendOut(at: at(0))
        #expect(drawer.usableToken(at: at(0)) == nil && sendsOut)
        _ = drawer.take(found(2), at: at(0))
        #expect(drawer.usableToken(at: at(0)) == nil)
        _ = drawer.take(found(3), at: at(0))
        #expect(drawer.usableToken(at: at(0))?.version == 3)
    }

    @Test func aTokenThatCameJustNowIsUsableEvenIfVersionsBeganAnew() {
        var drawer = TokenDrawer()
        drawer.refuse(7)
        _ = drawer.take(token(1), isNew: true, at: at(0))
        #expect(drawer.usableToken(at: at(0))?.version == 1)
        drawer.refuse(1)
        #expect(drawer.usableToken(at: at(0)) == nil)
    }
}
