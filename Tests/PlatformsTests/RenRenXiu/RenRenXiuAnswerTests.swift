import RelayCore
import Testing

@testable import Platforms

struct RenRenXiuAnswerTests {
    private func text(_ reply: Reply) -> String {
        String(decoding: RenRenXiu().answer(reply).body, as: UTF8.self)
    }

    private func text(_ reply: MerchantReply) -> (answer: String, warning: String?) {
        let (answer, warning) = RenRenXiuAnswer().answer(reply)
        return (String(decoding: answer, as: UTF8.self), warning)
    }

    @Test func pendingIsAnsweredByThePolicy() {
        let accept = ReplyPolicy(onPending: .accept, pendingMessage: "发放中\"")
        #expect(text(.pending(accept)) == #"{"result":0,"msg":"ok","data":[{"name":"状态","value":"发放中\""}]}"#)
        let reject = ReplyPolicy(onPending: .reject, pendingMessage: "稍后再试")
        #expect(text(.pending(reject)) == #"{"result":1,"msg":"稍后再试"}"#)
    }

    @Test func aRefusalIsAnsweredWithItsMessage() {
        #expect(text(.failed(.refused(.conflict))) == #"{"result":1,"msg":"该订单号已存在,但业务参数与首次请求不一致"}"#)
    }

    @Test func aDeliveredOrderPassesOnWhatTheMerchantSaid() {
        let reply = MerchantReply(
            message: "领取成功", data: [["name": "券号", "value": "3932933"]],
            link: ["type": 1, "url": "https://a.example/", "button_text": "去看看"])
        let expected =
            #"{"result":0,"msg":"领取成功","data":[{"name":"券号","value":"3932933"}],"#
            + #""link":{"type":1,"url":"https://a.example/","button_text":"去看看"}}"#
        #expect(text(reply) == (expected, nil))
    }

    @Test func whatTheMerchantDidNotSayIsLeftOut() {
        #expect(text(MerchantReply()) == (#"{"result":0,"msg":"ok"}"#, nil))
        #expect(text(MerchantReply(message: "", data: .null, link: .null)) == (#"{"result":0,"msg":"ok"}"#, nil))
    }

    @Test func aMerchantsRefusalPassesOnItsReasonAndNothingElse() {
        let refused = MerchantReply(isRefusal: true, message: "没有领奖资格", data: [["name": "a", "value": "b"]])
        #expect(text(refused) == (#"{"result":1,"msg":"没有领奖资格"}"#, nil))
        #expect(text(MerchantReply(isRefusal: true)) == (#"{"result":1,"msg":"商家未发放该奖品"}"#, nil))
    }

    @Test(arguments: [
        (#"[]"#, #"[]"#),
        (#"[{"name":"价格","value":12.50}]"#, #"[{"name":"价格","value":"12.50"}]"#),
        (#"[{"value":12345678901234567890,"name":1}]"#, #"[{"value":"12345678901234567890","name":"1"}]"#),
        (#"[{"name":"a","value":"","style":{"bold":true}}]"#, #"[{"name":"a","value":"","style":{"bold":true}}]"#),
    ])
    func rowsThatCanBeShownArePassedOn(_ data: String, _ shown: String) throws {
        let (answer, warning) = text(MerchantReply(data: try JSON(parsing: data)))
        #expect(answer == #"{"result":0,"msg":"ok","data":\#(shown)}"#)
        #expect(warning == nil)
    }

    @Test(arguments: [
        (#""3932933""#, "it is not an array"),
        (#"{"name":"a","value":"b"}"#, "it is not an array"),
        (#"["a"]"#, "row 1 is not an object"),
        (#"[{"name":"a","value":"b"},{"name":"a"}]"#, "row 2 has no value"),
        (#"[{"value":"b"}]"#, "row 1 has no name"),
        (#"[{"name":null,"value":"b"}]"#, "name of row 1 is not a text or a number"),
        (#"[{"name":"a","value":["b"]}]"#, "value of row 1 is not a text or a number"),
        (#"[{"name":"a","value":true}]"#, "value of row 1 is not a text or a number"),
        (#"[{"name":"a","value":null,"value":"b"}]"#, "value of row 1 is not a text or a number"),
    ])
    func rowsThatCannotBeShownAreLeftOutWithAWarning(_ data: String, _ reason: String) throws {
        let (answer, warning) = text(MerchantReply(data: try JSON(parsing: data), link: [:]))
        #expect(answer == #"{"result":0,"msg":"ok","link":{}}"#)
        #expect(warning == "data left out: \(reason)")
    }

    @Test(arguments: [
        ("{}", "{}"),
        (#"{"type":"1","url":"u","button_text":"b"}"#, #"{"type":1,"url":"u","button_text":"b"}"#),
        (
            #"{"type":2,"username":"gh_1","path":"/pages/a?b=1","button_text":"b","url":""}"#,
            #"{"type":2,"username":"gh_1","path":"/pages/a?b=1","button_text":"b","url":""}"#
        ),
    ])
    func aLinkByTheContractIsPassedOn(_ link: String, _ shown: String) throws {
        let (answer, warning) = text(MerchantReply(link: try JSON(parsing: link)))
        #expect(answer == #"{"result":0,"msg":"ok","link":\#(shown)}"#)
        #expect(warning == nil)
    }

    @Test(arguments: [
        (#"[]"#, "it is not an object"),
        (#""https://a.example/""#, "it is not an object"),
        (#"{"url":"u","button_text":"b"}"#, "it has no type"),
        (#"{"type":3,"url":"u","button_text":"b"}"#, "type is neither 1 nor 2"),
        (#"{"type":true,"url":"u","button_text":"b"}"#, "type is neither 1 nor 2"),
        (#"{"type":1,"button_text":"b"}"#, "it has no url"),
        (#"{"type":1,"url":"","button_text":"b"}"#, "url is empty"),
        (#"{"type":1,"url":5,"button_text":"b"}"#, "url is not a text"),
        (#"{"type":1,"url":"u"}"#, "it has no button_text"),
        (#"{"type":1,"url":"u","button_text":""}"#, "button_text is empty"),
        (#"{"type":2,"path":"/a","button_text":"b"}"#, "it has no username"),
        (#"{"type":2,"username":"gh_1","button_text":"b"}"#, "it has no path"),
        (#"{"type":2,"username":"gh_1","path":"a","button_text":"b"}"#, "path does not start with /"),
        (#"{"type":2,"username":"gh_1","path":"/a"}"#, "it has no button_text"),
    ])
    func aLinkAgainstTheContractIsLeftOutWithAWarning(_ link: String, _ reason: String) throws {
        let (answer, warning) = text(MerchantReply(data: [], link: try JSON(parsing: link)))
        #expect(answer == #"{"result":0,"msg":"ok","data":[]}"#)
        #expect(warning == "link left out: \(reason)")
    }

    @Test func bothMayBeLeftOut() {
        let (answer, warning) = text(MerchantReply(data: 1, link: 2))
        #expect(answer == #"{"result":0,"msg":"ok"}"#)
        #expect(warning == "data left out: it is not an array; link left out: it is not an object")
    }
}
