import Platforms
import RelayCore
import Testing

struct GoodsIssueTests {
    private let subject = ConformanceSubject.renRenXiu

    private func arrival(changing changes: [String: String]) throws -> Arrival {
        var parameters = subject.parameters(ConformanceSubject.now)
        for position in parameters.indices {
            if let value = changes[parameters[position].name] { parameters[position].value = Array(value.utf8) }
        }
        return try subject.arrival(subject.signedBody(parameters))
    }

    private func contacts(_ text: String) throws -> (warning: String?, value: JSON?, signedAnew: String?) {
        let arrival = try arrival(changing: ["contacts": text])
        let event = subject.event(arrival)
        let anew = try subject.platform.signedAnew(event, appKey: "k", secret: Secret("s"), atUnixMilliseconds: 1)
        return (
            arrival.warning, try subject.platform.businessFields(of: event)["contacts"],
            try FormBody(parsing: anew.bytes)["contacts"].map { String(decoding: $0, as: UTF8.self) }
        )
    }

    @Test func theEventIsAGoodsIssueWithItsCodes() throws {
        let arrival = try arrival(changing: ["goods_code": "zp_东西", "order_no": "A-1"])
        #expect(arrival.type == "goods.issue")
        #expect(arrival.orderNo == "A-1")
        #expect(arrival.goodsCode == "zp_东西")
        #expect(arrival.dedupeKey == "")
    }

    @Test func allThatIsMissingIsNamedAtOnce() throws {
        let parameters = subject.parameters(ConformanceSubject.now)
            .filter { $0.name != "openid" && $0.name != "goods_code" }
        let refusal = try subject.refusal(subject.signedBody(parameters))
        #expect(refusal.message == "缺少参数 openid、goods_code")
    }

    @Test func theGoodsCodeIsBoundedAndPrintable() throws {
        for code in [String(repeating: "x", count: 129), "zp\0"] {
            #expect(throws: Refusal.self) { try arrival(changing: ["goods_code": code]) }
        }
    }

    @Test(arguments: [
        #"[{"id":"1","name":"姓名","value":"zcho"},{"id":3,"name":"手机","value":"13635603333"}]"#, "[]",
    ])
    func contactsThatAreAnArrayBecomeJSON(_ text: String) throws {
        let contacts = try contacts(text)
        #expect(contacts.warning == nil)
        #expect(contacts.value == (try JSON(parsing: text)))
        #expect(contacts.signedAnew == text)
    }

    @Test(arguments: [
        #"[{"id":"1","name":"姓名","value":"zcho"},{"id":"3","name":"手机","value":"13635603333"},]"#,
        #"[{"id":"1","na"#, "{}", "null", "138", String(repeating: "[", count: 5000),
    ])
    func contactsThatAreNotAreKeptAsTextWithAWarning(_ text: String) throws {
        let contacts = try contacts(text)
        #expect(contacts.warning == "contacts is not a JSON array; it is passed on as the text it is")
        #expect(contacts.value == .string(text))
        #expect(contacts.signedAnew == text)
    }

    @Test func emptyContactsAreNothingToWarnOf() throws {
        let contacts = try contacts("")
        #expect(contacts.warning == nil)
        #expect(contacts.value == "")
    }

    @Test func businessFieldsAreInTheOrderInWhichTheyCameWithoutWhatCarriesTheCall() throws {
        let fields = try subject.platform.businessFields(of: subject.event(try arrival(changing: [:])))
        #expect(
            fields.members?.map(\.name) == [
                "openid", "nickname", "headimgurl", "order_no", "goods_code", "phone", "contacts", "h5_guid",
            ])
        #expect(fields["phone"] == "")
        #expect(fields["nickname"] == "小 张子 🎁")
        #expect(fields["headimgurl"] == "https://thirdwx.qlogo.cn/mmopen/a?x=1&y=2%20z")
    }

    @Test func whatIsNotSignedDoesNotCountAsABusinessField() throws {
        let signed = subject.signedBody(subject.parameters(ConformanceSubject.now))
        let first = try subject.arrival(signed)
        let added = try subject.arrival(signed + Array("&added=".utf8))
        #expect(added.fingerprint == first.fingerprint)
        #expect(try arrival(changing: ["h5_guid": ""]).fingerprint != first.fingerprint)
    }
}
