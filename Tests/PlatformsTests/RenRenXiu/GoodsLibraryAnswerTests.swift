import RelayCore
import Testing

@testable import Platforms

@Suite struct GoodsLibraryAnswerTests {
    private func read(_ text: String, limit: Int = 10) throws(GoodsLibraryError) -> GoodsLibraryAnswer {
        try GoodsLibraryAnswer(Array(text.utf8), limit: limit)
    }

    @Test func thePublishedAnswerIsReadWithItsExactPrice() throws {
        let answer = try read(
            #"{"result":0,"msg":"ok","data":{"total":1,"rows":[{"goods_name":"酒水1","#
                + #""goods_image":"https://image.rrx.cn/p/a.jpg","goods_price":1.23,"goods_code":"zp_001"}]}}"#)
        let goods = Goods(
            code: "zp_001", name: "酒水1", image: "https://image.rrx.cn/p/a.jpg", price: Price(cents: 123))
        #expect(answer == .page(GoodsPage(total: 1, rows: [goods]), flaws: []))
    }

    @Test(arguments: [
        ("1.2300000000000002", "1.23"), ("\"1.5\"", "1.50"), ("12", "12.00"), ("1e2", "100.00"), ("0.1", "0.10"),
    ])
    func aPriceBecomesTwoDecimalsHoweverItIsWritten(written: String, exact: String) throws {
        let answer = try read(
            #"{"result":0,"data":{"total":1,"rows":[{"goods_name":"茶","goods_code":"t","goods_price":\#(written)}]}}"#)
        guard case .page(let page, let flaws) = answer else { return #expect(Bool(false), "no page") }
        #expect(page.rows.map(\.price.description) == [exact])
        #expect(flaws.isEmpty)
    }

    @Test func rowsThatBreakTheContractAreLeftOutOneByOne() throws {
        let answer = try read(
            """
            {"result":0,"data":{"total":9,"rows":[
                {"goods_name":"good","goods_code":"a","goods_price":1,"goods_image":null},
                {"goods_name":"","goods_code":"b","goods_price":1},
                {"goods_name":"no code","goods_price":1},
                {"goods_name":"dear","goods_code":"d","goods_price":1e11},
                {"goods_name":"negative","goods_code":"e","goods_price":-1},
                {"goods_name":"no price","goods_code":"f","goods_price":null},
                {"goods_name":"odd image","goods_code":"g","goods_price":1,"goods_image":7},
                "no object",
                {"goods_name":"good too","goods_code":"h","goods_price":2,"goods_image":"","stock":3},
                {"goods_name":"too many","goods_code":"i","goods_price":1}
            ]}}
            """, limit: 9)
        guard case .page(let page, let flaws) = answer else { return #expect(Bool(false), "no page") }
        #expect(page.total == 9)
        #expect(page.rows.map(\.code) == ["a", "h"])
        #expect(page.rows.allSatisfy { $0.image == nil })
        #expect(flaws.count == 8)
        #expect(flaws.first == "row 2: goods_name is missing, empty or not a text")
        #expect(flaws.last == "1 rows more than were asked for")
        #expect(!"\(flaws)".contains("negative"), "values stay out of the log")
    }

    @Test func aNoIsReadWithItsWords() throws {
        #expect(try read(#"{"result":1,"msg":"没有权限"}"#) == .refused(message: "没有权限"))
        #expect(try read(#"{"result":1,"msg":""}"#) == .refused(message: nil))
        #expect(try read(#"{"result":1}"#) == .refused(message: nil))
    }

    @Test(arguments: [
        ("<html>", GoodsLibraryError.notJSON(JSONError(.unexpectedByte, at: 0))), ("[]", .noResult), ("{}", .noResult),
        (#"{"result":"0"}"#, .noResult), (#"{"result":2}"#, .unknownResult(2)), (#"{"result":0}"#, .noTotal),
        (#"{"result":0,"data":{"rows":[]}}"#, .noTotal), (#"{"result":0,"data":{"total":-1,"rows":[]}}"#, .noTotal),
        (#"{"result":0,"data":{"total":1}}"#, .noRows), (#"{"result":0,"data":{"total":1,"rows":{}}}"#, .noRows),
    ])
    func anotherAnswerIsAnErrorByName(text: String, error: GoodsLibraryError) {
        #expect(throws: error) { try read(text) }
    }
}
