import RelayCore
import Testing

struct GoodsPageTests {
    private static let goods = [
        Goods(code: "a", name: "酒水1", price: Price(cents: 123)),
        Goods(code: "b", name: "Oolong 茶", price: Price(cents: 1), loginIDs: ["shop-1"]),
        Goods(code: "c", name: "oolong 大", price: Price(cents: 1), loginIDs: ["shop-1", "shop-2"]),
        Goods(code: "d", name: "ÉCLAIR", price: Price(cents: 1), loginIDs: ["shop-2"]),
    ]

    private func page(
        _ name: String = "", loginID: String = "", page: Int = 1, limit: Int = 10
    ) -> (total: Int, codes: [String]) {
        let found = GoodsPage(
            of: Self.goods, for: GoodsInquiry(loginID: loginID, name: name, page: page, limit: limit))
        return (found.total, found.rows.map(\.code))
    }

    @Test(arguments: [
        ("", ["a", "b", "c", "d"]), ("酒", ["a"]), ("水1", ["a"]), ("OOLONG", ["b", "c"]), ("éclair", ["d"]), ("x", []),
    ])
    func aNameIsFoundByAnyPartOfItInEitherCase(name: String, codes: [String]) {
        #expect(page(name) == (codes.count, codes))
    }

    @Test func aSubAccountSeesItsOwnAndEverybodys() {
        #expect(page(loginID: "shop-1") == (3, ["a", "b", "c"]))
        #expect(page(loginID: "shop-2") == (3, ["a", "c", "d"]))
        #expect(page(loginID: "nobody") == (1, ["a"]))
    }

    @Test func pagesFollowEachOtherAndEndEmpty() {
        #expect(page(page: 1, limit: 3) == (4, ["a", "b", "c"]))
        #expect(page(page: 2, limit: 3) == (4, ["d"]))
        #expect(page(page: 3, limit: 3) == (4, []))
        #expect(page(page: .max, limit: 1_000) == (4, []))
    }
}
