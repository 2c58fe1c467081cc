import Platforms
import RelayCore
import Testing

struct CallbackKeyNoticeTests {
    private typealias Parameter = ConformanceSubject.Parameter

    private let subject = ConformanceSubject.meituanAlliance
    private static let now = ConformanceSubject.now

    private func parameters(_ changes: KeyValuePairs<String, String> = [:]) -> [Parameter] {
        var parameters = [
            Parameter("key", "mtkey"), Parameter("callbackKey", "new-callback-key"),
            Parameter("ts", String(Self.now / 1_000)),
        ]
        for (name, value) in changes {
            parameters.removeAll { $0.name == name }
            if !value.isEmpty { parameters.append(Parameter(name, value)) }
        }
        return parameters
    }

    private func body(_ parameters: [Parameter], secret: Secret? = nil) -> [UInt8] {
        let signature = ConformanceSubject.allianceSignature(parameters, secret: secret ?? subject.app.secret)
        return formBody(parameters + [Parameter("sign", signature)])
    }

    @Test func aNoticeSignedWithTheAPISecretIsTaken() throws {
        guard case .callbackKey(let notice) = try subject.receive(body(parameters())) else {
            Issue.record("it is a notice")
            return
        }
        #expect(notice.key.reveal() == "new-callback-key")
        #expect(notice.announcedAtSeconds == Self.now / 1_000)
        #expect(notice.arrival.type == "callback_key.rotated")
        #expect(notice.arrival.dedupeKey == "\(Self.now / 1_000)")
    }

    @Test func whatMerchantsHearHoldsNothingOfTheKey() throws {
        guard case .callbackKey(let notice) = try subject.receive(body(parameters())) else {
            Issue.record("it is a notice")
            return
        }
        #expect(!String(decoding: notice.arrival.body, as: UTF8.self).contains("new-callback-key"))
        let fields = try subject.platform.businessFields(of: subject.event(notice.arrival))
        #expect(fields == ["key": "mtkey", "ts": .string("\(Self.now / 1_000)")])
        let anew = try subject.platform.signedAnew(
            subject.event(notice.arrival), appKey: "own", secret: Secret("s"), atUnixMilliseconds: 7_000)
        let form = try FormBody(parsing: anew.bytes)
        #expect(form.pairs.map(\.name) == ["key", "ts", "sign"])
        #expect(AllianceSignature.isRight(try #require(form["sign"]), for: form, secret: Secret("s")))
        #expect(!"\(notice)".contains("new-callback-key"))
    }

    @Test func aNoticeSignedWithTheCallbackKeyIsRefused() throws {
        let callbackKey = try #require(subject.app.callbackKeys.keys.first?.secret)
        let refusal = try subject.refusal(body(parameters(), secret: callbackKey))
        #expect(refusal.reason == .wrongSignature)
    }

    @Test(arguments: [
        ("key", "other", Refusal.Reason.wrongAppKey), ("key", "", .missingParameter), ("ts", "", .missingParameter),
        ("ts", "soon", .staleTimestamp), ("ts", "1763780699", .staleTimestamp), ("ts", "1763781301", .staleTimestamp),
        ("ts", "99999999999999999999", .staleTimestamp), ("callbackKey", "a\u{7}b", .invalidParameter),
    ])
    func aNoticeThatIsNotWholeIsRefused(name: String, value: String, reason: Refusal.Reason) throws {
        #expect(try subject.refusal(body(parameters([name: value]))).reason == reason)
    }

    @Test func anUnsignedNoticeIsRefused() throws {
        #expect(try subject.refusal(formBody(parameters())).reason == .missingParameter)
    }
}
