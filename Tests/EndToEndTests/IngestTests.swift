import Foundation
import RelayCore
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct IngestTests {
    @Test func aCallIsStoredByteForByteAndReachesTheMerchantWithEveryFieldUnderItsOwnName() async throws {
        try await RelayFixture.with { fixture in
            let platform = try fixture.platform
            let body = platform.form(
                platform.parameters(
                    "19201704060281699381",
                    [
                        "nickname": "张三 & 李四 = 🎉 100% +1", "headimgurl": "https://wx.example/0?a=1&b=2",
                        "h5_guid": "", "nonce_str": "ibuaiVcKdpRxkhJA", "field_of_next_year": "未知字段",
                    ]))
            let reply = try await platform.post(body)
            #expect(reply.status == 200)
            #expect(reply.result == 0)

            let stored = try await fixture.sql("SELECT encode(body, 'escape') FROM yizhan.event")
            #expect(stored == String(decoding: body, as: UTF8.self))

            let call = try #require(fixture.merchant.calls.first)
            #expect(call.json?["type"] == "goods.issue")
            let data = try #require(call.data)
            #expect(data["nickname"] == "张三 & 李四 = 🎉 100% +1")
            #expect(data["headimgurl"] == "https://wx.example/0?a=1&b=2")
            #expect(data["field_of_next_year"] == "未知字段")
            #expect(data["goods_code"] == "zp_001")
            #expect(data["openid"] == "ot1UbuBBzlE6IjEDWfyXQW3dy2S4")
            for name in ["app_key", "time_stamp", "nonce_str", "sign"] { #expect(data[name] == nil) }
        }
    }

    @Test func plusSignsAndBareCharactersAreDecodedAsFormsHaveThem() async throws {
        try await RelayFixture.with { fixture in
            let platform = try fixture.platform
            let parameters = platform.parameters("plus-1", ["nickname": "a b*c-d.e_f~g"])
            let sign = platform.signature(of: parameters)
            let body = (parameters + [("sign", sign)])
                .map { "\($0.name)=\($0.value.replacingOccurrences(of: " ", with: "+"))" }.joined(separator: "&")
            #expect(try await platform.post(Array(body.utf8)).result == 0)
            #expect(fixture.merchant.calls.first?.data?["nickname"] == "a b*c-d.e_f~g")
        }
    }

    @Test func theMediaTypeMayHaveParametersAndCapitals() async throws {
        try await RelayFixture.with { fixture in
            let platform = try fixture.platform
            let reply = try await platform.post(
                platform.form(platform.parameters("typed-1")),
                contentType: "Application/X-WWW-Form-Urlencoded; charset=UTF-8")
            #expect(reply.result == 0)
        }
    }

    @Test(arguments: [
        #"[{"id":"1","name":"姓名","value":"zcho"},{"id":"3","name":"手机","value":"13635603333"}]"#,
        #"[{"id":1,"name":"姓名","value":"zcho"},{"id":3,"name":"手机","value":"13635603333"}]"#,
        "[]",
    ])
    func contactsReachTheMerchantAsRealJSON(contacts: String) async throws {
        try await RelayFixture.with { fixture in
            let reply = try await fixture.platform.issue("contacts-1", ["contacts": contacts, "phone": "13635603333"])
            #expect(reply.result == 0)
            let call = try #require(fixture.merchant.calls.first)
            #expect(try call.data?["contacts"] == JSON(parsing: contacts))
            #expect(!(try await fixture.trace("contacts-1")).contains("warning:"))
        }
    }

    @Test(arguments: [
        #"[{"id":"1","name":"姓名","value":"zcho"},]"#, #"[{"id":1,"#, "{}", "不是 JSON",
    ])
    func brokenContactsArePassedOnAsTheTextTheyAreWithAWarningInTheTrace(contacts: String) async throws {
        try await RelayFixture.with { fixture in
            let reply = try await fixture.platform.issue("contacts-2", ["contacts": contacts])
            #expect(reply.result == 0)
            #expect(fixture.merchant.calls.first?.data?["contacts"] == .string(contacts))
            #expect(try await fixture.trace("contacts-2").contains("warning: contacts is not a JSON array"))
        }
    }

    @Test func callsInsideTheTimeWindowAreTakenAndOthersAreNot() async throws {
        try await RelayFixture.with { fixture in
            let platform = try fixture.platform
            #expect(try await platform.issue("old", age: .seconds(280)).result == 0)
            #expect(try await platform.issue("early", age: .seconds(-280)).result == 0)
            for (orderNo, age) in [("too-old", 320), ("too-early", -320)] {
                let reply = try await platform.issue(orderNo, age: .seconds(age))
                #expect(reply.status == 200)
                #expect(reply.result == 1)
                #expect(reply.msg?.contains("time_stamp") == true)
            }
            #expect(
                try await fixture.sql("SELECT string_agg(order_no, ' ' ORDER BY seq) FROM yizhan.event") == "old early")
        }
    }

    @Test func aClockWindowOfZeroTakesCallsOfAnyAge() async throws {
        var file = RelayFile()
        file.clockWindow = "0"
        try await RelayFixture.with(file) { fixture in
            let reply = try await fixture.platform.issue("ancient", age: .seconds(1_000_000))
            #expect(reply.result == 0)
        }
    }

    @Test func theFirstRouteWhosePatternMatchesTheGoodsWins() async throws {
        var file = RelayFile()
        file.endpoints = [.standard("vouchers"), .standard("everything"), .standard("late")]
        file.routes = [
            .init(goods: "zp_*", endpoint: "vouchers"), .init(goods: "*", endpoint: "everything"),
            .init(goods: "other", endpoint: "late"),
        ]
        try await RelayFixture.with(file) { fixture in
            let platform = try fixture.platform
            #expect(try await platform.issue("1", goods: "zp_001").result == 0)
            #expect(try await platform.issue("2", goods: "other").result == 0)
            #expect(fixture.merchant.calls.map(\.path) == ["/vouchers", "/everything"])
        }
    }
}
