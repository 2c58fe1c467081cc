import Foundation
import Platforms
import RelayCore
import Testing

struct MeituanAllianceTests {
    private typealias Parameter = ConformanceSubject.Parameter

    private let subject = ConformanceSubject.meituanAlliance

    private func push(_ changes: KeyValuePairs<String, String> = [:], without: Set<String> = []) -> [Parameter] {
        var parameters = subject.parameters(ConformanceSubject.now).filter { !without.contains($0.name) }
        for (name, value) in changes {
            parameters.removeAll { $0.name == name }
            parameters.append(Parameter(name, value))
        }
        return parameters
    }

    private func arrival(_ changes: KeyValuePairs<String, String> = [:]) throws -> Arrival {
        try subject.arrival(subject.signedBody(push(changes)))
    }

    @Test(arguments: [
        ("1", "order.paid"), ("8", "order.completed"), ("9", "order.refunded"), ("0", "order.changed"),
        ("17", "order.changed"),
    ])
    func theStatusNamesTheEvent(status: String, type: String) throws {
        let arrival = try arrival(["status": status])
        #expect(arrival.type == type)
        #expect(arrival.isOrdered)
        #expect(arrival.orderNo == "1000000001")
        #expect(arrival.goodsCode == "0")
    }

    @Test func theSameContentIsTheSameEventAndOtherContentAnother() throws {
        let first = try arrival()
        #expect(try arrival().dedupeKey == first.dedupeKey)
        for (name, value) in [("status", "8"), ("ratio", "0.04"), ("new_field", "x"), ("smstitle", "")] {
            #expect(try arrival([name: value]).dedupeKey != first.dedupeKey, "\(name)")
        }
    }

    /// Whichever of the two comes second is known by the other's key.
    @Test func aPushAndARowOfTheListOfOneStatusKnowEachOther() throws {
        let pushed = try arrival()
        let row = try FormBody([("orderid", "1000000001"), ("status", "1"), ("payprice", "30.30")])
        let found = try AllianceOrder(row).found()
        #expect(found.orderNo == pushed.orderNo && found.type == pushed.type && found.isOrdered)
        #expect(pushed.dedupeKey.hasPrefix(try #require(found.knownPrefix)))
        #expect(found.dedupeKey.hasPrefix(try #require(pushed.knownPrefix)))

        let later = try AllianceOrder(FormBody([("orderid", "1000000001"), ("status", "11")])).found()
        #expect(!pushed.dedupeKey.hasPrefix(try #require(later.knownPrefix)))
        #expect(!later.dedupeKey.hasPrefix(try #require(pushed.knownPrefix)))
    }

    @Test func merchantsSeeThatAnOrderWasFoundByAsking() throws {
        let row = try FormBody([("orderid", "7"), ("status", "8"), ("source", "x"), ("profit", "1.20")])
        let fields = try subject.platform.businessFields(of: subject.event(try AllianceOrder(row).found()))
        #expect(fields == ["orderid": "7", "status": "8", "profit": "1.20", "source": "reconcile"])
    }

    @Test func anObjectOfTheSameNamesIsTheSameEvent() throws {
        let form = try arrival()
        let signature = subject.sign(push(), subject.app)
        let members = (push() + [Parameter("sign", signature)]).map { parameter -> String in
            let text = String(decoding: parameter.value, as: UTF8.self)
            let isNumber = Double(text) != nil && parameter.name != "orderid"
            return "\"\(parameter.name)\":" + (isNumber ? text : "\"\(text)\"")
        }
        let body = Array(" {\(members.joined(separator: ", "))}\n".utf8)
        let json = try subject.arrival(body)
        #expect(json.dedupeKey == form.dedupeKey && json.fingerprint == form.fingerprint)
        #expect(json.body == body)
        #expect(
            try subject.platform.businessFields(of: subject.event(json))
                == subject.platform.businessFields(of: subject.event(form)))
    }

    @Test(arguments: [
        (#"{"orderid":"1","orderid":"2"}"#, Refusal.Reason.repeatedParameter), (#"{"orderid":{"a":1}}"#, .malformed),
        (#"{"orderid":[1]}"#, .malformed), (#"{"orderid":"1""#, .malformed), (#"{}"#, .missingParameter),
        (#"{"orderid":null,"sign":true}"#, .wrongSignature),
    ])
    func anObjectThatIsNoParametersIsRefused(body: String, reason: Refusal.Reason) throws {
        #expect(try subject.refusal(Array(body.utf8)).reason == reason)
    }

    @Test(arguments: [
        ("status", "paid"), ("status", "1.5"), ("status", "12345"), ("total", "36,80"), ("type", "4uid12345"),
        ("paytime", "-1"), ("quantity", "1e3"),
    ])
    func whatShouldBeANumberIsOne(name: String, value: String) throws {
        #expect(try subject.refusal(subject.signedBody(push([name: value]))).reason == .invalidParameter)
    }

    /// The same signature fits, because nothing stands between what is signed.
    @Test func aPushThatIsCutUpAnewIsRefused() throws {
        let parameters = push()
        let signature = subject.sign(parameters, subject.app)
        let swallowed = push(["sid": "channel-7smstitle美团外卖 红包 & 🧧"], without: ["smstitle"])
        #expect(subject.sign(swallowed, subject.app) == signature)
        let body = subject.write(swallowed + [Parameter("sign", signature)])
        #expect(try subject.refusal(body).reason == .malformed)
        // A push that never had a title, and whose words are none of the names, is as good as any.
        _ = try subject.arrival(subject.signedBody(push(without: ["smstitle", "modtime", "ratio", "dealid"])))
    }

    @Test func anEarlierKeyIsGoodForItsGrace() throws {
        let end = ConformanceSubject.now
        var app = subject.app
        app.callbackKeys = CallbackKeyRing([
            .init(secret: Secret("new")), .init(secret: Secret("callback-key"), validUntilMilliseconds: end),
        ])
        let body = subject.signedBody(push())
        _ = try subject.arrival(body, for: app, at: end - 1)
        #expect(try subject.refusal(body, for: app, at: end).reason == .wrongSignature)
        let newer = subject.signedBody(push(), for: ConformanceSubject.allianceApp(callbackKey: Secret("new")))
        _ = try subject.arrival(newer, for: app, at: end)
    }

    @Test func theAPISecretSignsNoPush() throws {
        let app = ConformanceSubject.allianceApp(callbackKey: subject.app.secret)
        #expect(try subject.refusal(subject.signedBody(push(), for: app)).reason == .wrongSignature)
    }

    @Test func withoutACallbackKeyAPushIsRefusedWithTheReason() throws {
        var app = subject.app
        app.callbackKeys = CallbackKeyRing()
        let refusal = try subject.refusal(subject.signedBody(push()), for: app)
        #expect(refusal.reason == .wrongSignature)
        #expect(refusal.detail.contains("callback_key"))
    }

    @Test func aProbeAndATakenPushHearTheExactAnswer() throws {
        let probe = InboundCall(
            callback: subject.platform.callbacks[0], method: "GET", contentType: "", body: [],
            receivedAtMilliseconds: ConformanceSubject.now)
        guard case .acknowledged = subject.platform.receive(probe, for: subject.app) else {
            Issue.record("a probe has nothing to store")
            return
        }
        #expect(subject.platform.answer(.taken).body == Array(#"{"errcode":"0","errmsg":"ok"}"#.utf8))
        let failure = subject.platform.answer(.failed(.refused(Refusal(.malformed, message: "原因", detail: ""))))
        #expect(failure.body == Array(#"{"errcode":"1","errmsg":"原因"}"#.utf8))
    }
}
