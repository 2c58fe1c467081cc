import Platforms
import RelayCore
import Testing

@testable import Yizhan

struct SampleGoodsLibraryTests {
    private static let now: Int64 = 1_700_000_000_000
    private static let secret = Secret("of the endpoint")

    private func ask(
        failRate: Double = 0, secret: Secret = Self.secret, name: String = "", limit: Int = 2, whim: Double = 0.5
    ) throws -> (answer: StandIn.Answer, line: String) {
        let library = SampleGoodsLibrary(
            appKey: "own", secret: Self.secret, goods: SampleGoodsLibrary.samples, failRate: failRate)
        let body = try GoodsLibraryCall(
            appKey: "own", secret: secret, inquiry: GoodsInquiry(loginID: "", name: name, page: 1, limit: limit)
        ).body(atUnixMilliseconds: Self.now)
        let call = StandIn.Call(method: "POST", path: "/any", contentType: FormBody.contentType, body: body)
        return library.answer(call, atUnixMilliseconds: Self.now, whim: whim)
    }

    @Test func itAnswersInTheContractsShape() throws {
        let read = try GoodsLibraryAnswer(try ask(name: "PU'ER").answer.body, limit: 2)
        #expect(read == .page(GoodsPage(total: 1, rows: [SampleGoodsLibrary.samples[2]]), flaws: []))
        #expect(try ask().line.hasSuffix("2 of 3"))
    }

    @Test func aWrongSignatureIsRefused() throws {
        let (answer, line) = try ask(secret: Secret("another"))
        #expect(try JSON(parsing: answer.body)["result"] == 1)
        #expect(line.hasPrefix("REFUSED"))
    }

    @Test func itFailsAsOftenAsItIsTold() throws {
        #expect(try ask(failRate: 0.6, whim: 0.5).answer.status == 500)
        #expect(try ask(failRate: 0.4, whim: 0.5).answer.status == 200)
    }
}
