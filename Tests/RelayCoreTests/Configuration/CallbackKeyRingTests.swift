import RelayCore
import Testing

struct CallbackKeyRingTests {
    private static let hour = Int64(3_600_000)
    private let grace = Duration.seconds(86_400)

    @Test func aNewKeyIsCurrentAndTheOneBeforeStaysForTheGrace() {
        var ring = CallbackKeyRing()
        ring.declare(Secret("a"), grace: grace, nowUnixMilliseconds: 0)
        #expect(ring.usable(atUnixMilliseconds: .max) == [Secret("a")])
        let announced = ring.announce(Secret("b"), atSeconds: 10, grace: grace, nowUnixMilliseconds: Self.hour)
        #expect(announced == .current(announcedAtSeconds: 10))
        #expect(ring.usable(atUnixMilliseconds: 25 * Self.hour - 1) == [Secret("b"), Secret("a")])
        #expect(ring.usable(atUnixMilliseconds: 25 * Self.hour) == [Secret("b")])
    }

    @Test func theSameKeyAgainChangesNothingAndNamesTheFirstTime() {
        var ring = CallbackKeyRing()
        _ = ring.announce(Secret("a"), atSeconds: 10, grace: grace, nowUnixMilliseconds: 0)
        let before = ring
        let again = ring.announce(Secret("a"), atSeconds: 20, grace: grace, nowUnixMilliseconds: 5)
        #expect(again == .current(announcedAtSeconds: 10))
        #expect(ring == before)
    }

    @Test func anOlderNoticePlayedAgainIsOutdated() {
        var ring = CallbackKeyRing()
        _ = ring.announce(Secret("a"), atSeconds: 10, grace: grace, nowUnixMilliseconds: 0)
        _ = ring.announce(Secret("b"), atSeconds: 20, grace: grace, nowUnixMilliseconds: 0)
        let before = ring
        for seconds in [Int64(5), 10, 20] {
            let late = ring.announce(Secret("a"), atSeconds: seconds, grace: grace, nowUnixMilliseconds: 1)
            #expect(late == .outdated)
        }
        #expect(ring == before)
        let anew = ring.announce(Secret("a"), atSeconds: 21, grace: grace, nowUnixMilliseconds: 1)
        #expect(anew == .current(announcedAtSeconds: 21))
        #expect(ring.usable(atUnixMilliseconds: 2) == [Secret("a"), Secret("b")])
    }

    @Test func aDeclaredKeyThatIsAnnouncedTooIsOneKey() {
        var ring = CallbackKeyRing()
        ring.declare(Secret("a"), grace: grace, nowUnixMilliseconds: 0)
        let announced = ring.announce(Secret("a"), atSeconds: 10, grace: grace, nowUnixMilliseconds: 0)
        #expect(announced == .current(announcedAtSeconds: 10))
        #expect(ring.keys.count == 1)
        ring.declare(Secret("a"), grace: grace, nowUnixMilliseconds: 0)
        #expect(ring.keys.count == 1)
    }

    @Test func whatHasRunOutIsForgotten() {
        var ring = CallbackKeyRing()
        for (number, key) in ["a", "b", "c", "d"].enumerated() {
            ring.declare(Secret(key), grace: grace, nowUnixMilliseconds: Int64(number) * 20 * Self.hour)
        }
        #expect(ring.keys.map { $0.secret } == ["d", "c", "b"].map { Secret($0) })
    }
}
