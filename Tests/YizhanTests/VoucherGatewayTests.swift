import RelayCore
import Testing

@testable import Yizhan

struct VoucherGatewayTests {
    private func ask(
        _ gateway: VoucherGateway, _ body: String = #"{"platform":1,"shopId":"66101806"}"#, method: String = "POST",
        path: String = VoucherGateway.path
    ) -> (answer: StandIn.Answer, line: String) {
        gateway.answer(
            StandIn.Call(method: method, path: path, contentType: "application/json", body: Array(body.utf8)))
    }

    private func code(_ answer: StandIn.Answer) throws -> Int? {
        try JSON(parsing: answer.body)["code"]?.intValue
    }

    @Test func codesComeInTurnAndAgain() throws {
        let gateway = VoucherGateway(codes: [50_001, 200])
        #expect(try (0..<4).map { _ in try code(ask(gateway).answer) } == [50_001, 200, 50_001, 200])
    }

    @Test func eachLinkIsAnotherAndIsNotInTheLine() throws {
        let gateway = VoucherGateway(codes: [200])
        let links = try (0..<2).map { _ in
            let (answer, line) = ask(gateway)
            let link = try #require(JSON(parsing: answer.body)["data"]?["authUrl"]?.stringValue)
            #expect(link.hasPrefix("https://meituan.com/auth?token="))
            #expect(line == "shop 66101806  code 200")
            return link
        }
        #expect(links[0] != links[1])
    }

    @Test(arguments: [
        ("", 40_001), ("{}", 40_001), (#"{"platform":1}"#, 40_001), (#"{"shopId":"1"}"#, 40_001),
        (#"{"platform":2,"shopId":"1"}"#, 40_001), (#"{"platform":1,"shopId":1}"#, 40_001),
        (#"{"platform":1,"shopId":"x1"}"#, 40_002),
    ])
    func aWrongCallIsAnsweredWithItsOwnCode(body: String, expected: Int) throws {
        let gateway = VoucherGateway(codes: [200])
        #expect(try code(ask(gateway, body).answer) == expected)
        #expect(try code(ask(gateway).answer) == 200)
    }

    @Test func itServesOneAddressAndPagesOnRequest() {
        let gateway = VoucherGateway(codes: [200])
        #expect(ask(gateway, method: "GET").answer.status == 404)
        #expect(ask(gateway, path: "/").answer.status == 404)
        let page = ask(VoucherGateway(codes: [200], isHTML: true)).answer
        #expect(page.contentType == "text/html" && page.body.starts(with: Array("<html>".utf8)))
    }
}
