import RelayCore
import Testing

@testable import Platforms

@Suite struct GoodsCacheTests {
    private static let start = ContinuousClock.now

    private func key(_ name: String, url: String = "https://erp.example/") -> GoodsCache.Key {
        let settings = EndpointSettings(
            name: "library", merchant: "teahouse", url: url, format: .platform(appKey: "own", secret: Secret("own's")))
        return GoodsCache.Key(
            app: AppID(1), endpoint: EndpointID(1), settings: settings,
            inquiry: GoodsInquiry(loginID: "", name: name, page: 1, limit: 10))
    }

    private func page(_ name: String) -> GoodsPage {
        GoodsPage(total: 1, rows: [Goods(code: "c", name: name, price: Price(cents: 1))])
    }

    @Test func anAnswerIsKeptForItsQuestionAndItsLibraryOnly() {
        var cache = GoodsCache()
        cache.keep(page("a"), for: key("a"), at: Self.start)
        #expect(cache.entry(for: key("a"), at: Self.start)?.page == page("a"))
        #expect(cache.entry(for: key("b"), at: Self.start) == nil)
        #expect(cache.entry(for: key("a", url: "https://other.example/"), at: Self.start) == nil)
    }

    @Test func theOldestMakesRoomForTheNewest() {
        var cache = GoodsCache(maximumEntries: 2)
        for (second, name) in ["a", "b", "a", "c"].enumerated() {
            cache.keep(page(name), for: key(name), at: Self.start + .seconds(second))
        }
        #expect(cache.count == 2)
        #expect(cache.entry(for: key("b"), at: Self.start) == nil, "a was kept anew after it")
        #expect(cache.entry(for: key("a"), at: Self.start) != nil)
    }

    @Test func itsBytesAreBounded() {
        var cache = GoodsCache(maximumBytes: 10_000)
        for number in 0..<20 {
            cache.keep(
                page(String(repeating: "茶", count: 500)), for: key("\(number)"), at: Self.start + .seconds(number))
            #expect(cache.byteCount <= 10_000)
        }
        #expect(cache.count >= 2)
        #expect(cache.entry(for: key("19"), at: Self.start) != nil)
        for number in 0..<20 { cache.forget(key("\(number)")) }
        #expect(cache.count == 0 && cache.byteCount == 0)
    }

    @Test func whatIsOlderThanADayIsNotGiven() {
        var cache = GoodsCache()
        cache.keep(page("a"), for: key("a"), at: Self.start)
        #expect(cache.entry(for: key("a"), at: Self.start + .seconds(86_400)) != nil)
        #expect(cache.entry(for: key("a"), at: Self.start + .seconds(86_401)) == nil)
    }
}
