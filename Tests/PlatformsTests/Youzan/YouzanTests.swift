import Platforms
import RelayCore
import Testing

struct YouzanTests {
    private let subject = ConformanceSubject.youzan

    private struct Vector: Sendable {
        let name: String
        let clientID: String
        let secret: Secret
        let message: String
        let sign: String

        init?(_ json: JSON) {
            guard let name = json["name"]?.stringValue, let clientID = json["client_id"]?.stringValue,
                let secret = json["client_secret"]?.stringValue, let message = json["msg"]?.stringValue,
                let sign = json["sign"]?.stringValue
            else { return nil }
            self.name = name
            self.clientID = clientID
            self.secret = Secret(secret)
            self.message = message
            self.sign = sign
        }

        func push(_ more: JSON.Member...) -> [UInt8] {
            let members: [JSON.Member] = [
                .init(name: "id", value: .string("m-\(name)")), .init(name: "type", value: "trade_TradePaid"),
                .init(name: "msg", value: .string(message)), .init(name: "sign", value: .string(sign)),
            ]
            return JSON.object(members.filter { one in !more.contains { $0.name == one.name } } + more).serialized()
        }
    }

    private static let vectors = ((try? JSON(parsing: YouzanVectors.json))?["cases"]?.arrayValue ?? [])
        .compactMap(Vector.init)

    private func receive(_ body: [UInt8], _ vector: Vector) throws -> Reception {
        try subject.receive(body, for: ConformanceSubject.youzanApp(vector.clientID, vector.secret))
    }

    private func arrival(_ body: [UInt8], _ vector: Vector) throws -> Arrival {
        try subject.arrival(body, for: ConformanceSubject.youzanApp(vector.clientID, vector.secret))
    }

    @Test func theVectorsGiveTheirSignatures() {
        #expect(Self.vectors.count == 3)
        for vector in Self.vectors {
            let explanation = YouzanSignature.explanation(
                clientID: vector.clientID, message: vector.message, clientSecret: vector.secret, given: vector.sign)
            #expect(explanation.signature == vector.sign, "\(vector.name)")
            #expect(explanation.isGivenSignatureRight == true)
            let isShown = explanation.steps.contains { step in
                step.lines.contains { $0.contains(vector.secret.reveal()) }
            }
            #expect(!isShown)
        }
    }

    @Test func everyVectorIsTakenAsAPush() throws {
        for vector in Self.vectors {
            let arrival = try arrival(vector.push(), vector)
            #expect(arrival.type == "trade_TradePaid")
            #expect(arrival.dedupeKey == "m-\(vector.name)")
            #expect(arrival.warning == nil)
        }
    }

    @Test func aMessageOfAnOrderIsOrderedByItsTID() throws {
        let paid = try #require(Self.vectors.first { $0.name == "order paid" })
        let arrival = try arrival(paid.push(), paid)
        #expect(arrival.orderNo == "E20260101")
        #expect(arrival.isOrdered)
        let chinese = try #require(Self.vectors.first { $0.name == "Chinese" })
        let other = try self.arrival(chinese.push(), chinese)
        #expect(other.orderNo == "m-Chinese")
        #expect(!other.isOrdered)
    }

    @Test func merchantsGetTheMessageAsRealJSON() throws {
        let paid = try #require(Self.vectors.first { $0.name == "order paid" })
        let more = JSON.Member(name: "kdt_id", value: 42_587_152)
        let fields = try subject.platform.businessFields(of: subject.event(arrival(paid.push(more), paid)))
        #expect(
            fields == [
                "id": "m-order paid", "type": "trade_TradePaid", "msg": ["tid": "E20260101", "payment": "36.80"],
                "kdt_id": 42_587_152,
            ])
    }

    @Test func aPushThatIsSentAgainIsTheSameEvent() throws {
        let paid = try #require(Self.vectors.first)
        let first = try arrival(paid.push(.init(name: "sendCount", value: 1)), paid)
        let again = try arrival(paid.push(.init(name: "sendCount", value: 2)), paid)
        #expect(first.fingerprint == again.fingerprint)
        #expect(first.dedupeKey == again.dedupeKey && first.orderNo == again.orderNo)
    }

    @Test func aTestNeedsNoSignatureAndIsStoredNowhere() throws {
        let paid = try #require(Self.vectors.first)
        for body in [#"{"test":true}"#, #"{"id":"1","type":"t","msg":"x","sign":"wrong","test":true}"#] {
            guard case .acknowledged = try receive(Array(body.utf8), paid) else {
                Issue.record("\(body) is a test")
                continue
            }
        }
        // Only true is true.
        for value in [#""true""#, "1", "false", "null"] {
            let body = #"{"id":"1","type":"t","msg":"x","sign":"00","test":\#(value)}"#
            #expect(try subject.refusal(Array(body.utf8)).reason == .wrongSignature)
        }
    }

    @Test func whatIsNoURLEncodedJSONIsPassedOnWithAWarning() throws {
        for message in ["%7B%22tid%22%3A", "%E5%A", "plain", "%7B%7D&x=1"] {
            let app = subject.app
            let sign = YouzanSignature.text(clientID: app.appKey, message: message, clientSecret: app.secret)
            let push: JSON = ["id": "1", "type": "t", "msg": .string(message), "sign": .string(sign)]
            let arrival = try subject.arrival(push.serialized())
            #expect(arrival.warning?.contains("msg") == true, "\(message)")
            #expect(arrival.orderNo == "1" && !arrival.isOrdered)
            let fields = try subject.platform.businessFields(of: subject.event(arrival))
            #expect(fields["msg"] == .string(message))
        }
    }

    @Test(arguments: [
        ("[]", Refusal.Reason.malformed), ("1", .malformed), ("{", .malformed), ("", .malformed),
        (#"{"msg":1,"sign":"0"}"#, .malformed), (#"{"msg":"","sign":0}"#, .malformed),
        (#"{"msg":null,"sign":"0"}"#, .missingParameter), (#"{"a":1,"a":2}"#, .repeatedParameter),
    ])
    func anObjectThatIsNoPushIsRefused(body: String, reason: Refusal.Reason) throws {
        #expect(try subject.refusal(Array(body.utf8)).reason == reason)
    }

    @Test func theAnswersAreYouzans() {
        #expect(subject.platform.answer(.taken).body == Array(#"{"code":0,"msg":"success"}"#.utf8))
        let refused = subject.platform.answer(.failed(.refused(.conflict)))
        #expect((try? JSON(parsing: refused.body))?["code"] == 1)
    }
}
