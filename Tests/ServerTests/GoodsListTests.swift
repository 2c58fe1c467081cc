import Platforms
import RelayCore
import Testing

@testable import Server

@Suite struct GoodsListTests {
    private static let path = "/in/teahouse-rrx/goods/list"

    private func ask(
        _ finding: GoodsFinding, library: String? = "endpoint-1"
    ) async throws -> RawConnection.Answer {
        var app = teahouse
        app.goodsLibrary = library.map { GoodsLibrarySettings(endpoint: $0) }
        let configured = try directory(
            apps: [app], goods: [app.id: [Goods(code: "own", name: "configured", price: Price(cents: 5))]])
        let form = try GoodsLibraryCall(
            appKey: app.appKey, secret: app.secret, inquiry: GoodsInquiry(loginID: "", name: "", page: 1, limit: 10)
        ).body(atUnixMilliseconds: 1_700_000_000_000)
        var answer: RawConnection.Answer?
        try await RunningServer.run(library: RecordingLibrary(finding: finding), directory: configured) { server in
            try await server.connect { connection in
                answer = try await connection.post(Self.path, String(decoding: form, as: UTF8.self))
            }
        }
        return try #require(answer)
    }

    @Test func whatTheMerchantsLibraryFindsIsAnswered() async throws {
        let tea = Goods(code: "t", name: "茶", price: Price(cents: 150))
        let answer = try await ask(.found(GoodsPage(total: 7, rows: [tea])))
        #expect(answer.status == 200 && answer.headers["content-type"] == "application/json")
        #expect(
            answer.body == #"{"result":0,"msg":"ok","data":{"total":7,"rows":["#
                + #"{"goods_name":"茶","goods_price":1.50,"goods_code":"t"}]}}"#)
    }

    @Test func aNoOfTheMerchantsIsPassedOnInItsWords() async throws {
        #expect(try await ask(.refused(message: "没有权限")).body == #"{"result":1,"msg":"没有权限"}"#)
        #expect(try await ask(.refused(message: nil)).body == #"{"result":1,"msg":"商家未提供商品库"}"#)
    }

    @Test(arguments: ["endpoint-1", "an-endpoint-that-is-gone"])
    func aLibraryThatIsAwayIsSaidInTheContractsShape(library: String) async throws {
        let answer = try await ask(.unavailable, library: library)
        #expect(answer.status == 200)
        #expect(answer.body == #"{"result":1,"msg":"商品库暂时无法访问,请稍后重试"}"#)
    }

    @Test func withoutALibraryTheConfiguredGoodsAreAnswered() async throws {
        #expect(try await ask(.unavailable, library: nil).body.contains(#""goods_code":"own""#))
    }
}
