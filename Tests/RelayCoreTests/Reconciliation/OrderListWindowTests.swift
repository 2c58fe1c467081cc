import RelayCore
import Testing

struct OrderListWindowTests {
    private static let day: Int64 = 86_400

    @Test func theFirstTimeItReachesBackADayAtLeast() {
        let short = OrderListWindow(after: nil, now: 1_000_000, overlap: .seconds(60))
        #expect(short.from == 1_000_000 - Self.day && short.until == 1_000_000)
        let long = OrderListWindow(after: nil, now: 1_000_000, overlap: .seconds(3 * Self.day))
        #expect(long.from == 1_000_000 - 3 * Self.day)
    }

    @Test func laterItReachesBackIntoWhatWasAskedForByTheOverlap() {
        let window = OrderListWindow(after: 900_000, now: 1_000_000, overlap: .seconds(1_800))
        #expect(window.from == 898_200 && window.until == 1_000_000)
    }

    @Test func aClockThatWasSetBackLeavesNothingToAskFor() {
        #expect(OrderListWindow(after: 2_000_000, now: 1_000_000, overlap: .zero).isDone)
    }

    @Test func aLongTimeIsAskedForInSpansOfADayThatLeaveNoGap() {
        var window = OrderListWindow(after: 0, now: 5 * Self.day / 2, overlap: .zero)
        var spans: [ClosedRange<Int64>] = []
        while !window.isDone {
            spans.append(window.from...window.spanEnd)
            window.turnPage(total: 0)
        }
        #expect(spans == [0...Self.day, Self.day...2 * Self.day, 2 * Self.day...5 * Self.day / 2])
    }

    @Test func pagesAreTurnedUntilAllOrdersWereOnOne() {
        var window = OrderListWindow(from: 0, until: 100)
        window.turnPage(total: 201)
        window.turnPage(total: 201)
        #expect(window.page == 3 && !window.isDone)
        window.turnPage(total: 201)
        #expect(window.isDone)
    }

    @Test func aFullLastPageIsTheLast() {
        var window = OrderListWindow(from: 0, until: 100)
        window.turnPage(total: 200)
        #expect(!window.isDone)
        window.turnPage(total: 200)
        #expect(window.isDone)
    }

    @Test func aListThatChangesBetweenItsPagesIsBegunAgainAndHalved() {
        var window = OrderListWindow(from: 0, until: 1_000, spanSeconds: 1_000)
        window.turnPage(total: 250)
        window.turnPage(total: 249)
        #expect(window.page == 1 && window.total == nil)
        #expect(window.from == 0 && window.spanEnd == 500 && !window.isDone)
    }

    @Test func aListThatNeverStandsStillIsReadToItsEndAllTheSame() {
        var window = OrderListWindow(from: 0, until: Self.day)
        var calls = 0
        while !window.isDone, calls < 100_000 {
            calls += 1
            window.turnPage(total: 500 + calls % 2)
        }
        #expect(window.isDone)
        // Once there is nothing left to halve, each minute is read by its pages.
        #expect(calls < 1_440 * 6 * 2 + 40)
    }

    @Test func halvedPagesGoOnWithoutLeavingAnOrderOut() {
        var window = OrderListWindow(from: 0, until: 100)
        for _ in 0..<7 { window.turnPage(total: 1_000) }
        var seen = (window.page - 1) * window.limit
        #expect(seen == 700)
        var limits: [Int] = []
        while window.halveLimit() {
            limits.append(window.limit)
            let position = (window.page - 1) * window.limit
            #expect(position <= seen && position > seen - 2 * window.limit)
            seen = position
        }
        #expect(limits == [50, 25, 12, 6, 3, 1])
    }
}
