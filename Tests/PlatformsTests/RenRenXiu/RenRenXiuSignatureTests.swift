import Platforms
import RelayCore
import Testing

struct RenRenXiuSignatureTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let name: String
        let secret: Secret
        let parameters: [String]
        let values: [String]
        let canonical: String
        let sign: String
        let form: String

        var pairs: [FormBody.Pair] { Array(zip(parameters, values)) }
        var testDescription: String { name }

        init?(_ json: JSON) {
            guard let name = json["name"]?.stringValue, let secret = json["secret"]?.stringValue,
                let members = json["params"]?.members, let canonical = json["canonical"]?.stringValue,
                let sign = json["sign"]?.stringValue, let form = json["form"]?.stringValue
            else { return nil }
            self.name = name
            self.secret = Secret(secret)
            self.parameters = members.map(\.name)
            self.values = members.compactMap { $0.value.stringValue }
            self.canonical = canonical
            self.sign = sign
            self.form = form
        }

        static let all: [Vector] = ((try? JSON(parsing: RenRenXiuVectors.json))?["cases"]?.arrayValue ?? [])
            .compactMap(Vector.init)
    }

    @Test func everyVectorIsRead() {
        #expect(Vector.all.count == 9)
        #expect(Vector.all.allSatisfy { $0.parameters.count == $0.values.count })
    }

    @Test(arguments: Vector.all)
    func parametersGiveThePublishedTextAndSignature(_ vector: Vector) throws {
        let explanation = RenRenXiuSignature.explanation(of: try FormBody(vector.pairs), secret: vector.secret)
        #expect(explanation.signedText.reveal() == vector.canonical)
        #expect(explanation.signature == vector.sign)
        #expect(explanation.isGivenSignatureRight == nil)
    }

    @Test(arguments: Vector.all)
    func aPublishedFormGivesTheSameAndIsRight(_ vector: Vector) throws {
        let form = try FormBody(parsing: Array(vector.form.utf8))
        let explanation = RenRenXiuSignature.explanation(of: form, secret: vector.secret)
        #expect(explanation.signedText.reveal() == vector.canonical)
        #expect(explanation.signature == vector.sign)
        #expect(explanation.isGivenSignatureRight == true)
    }

    @Test(arguments: Vector.all)
    func aFormThatWeSignHasThePublishedSignature(_ vector: Vector) throws {
        let form = try FormBody(parsing: RenRenXiuSignature.signedForm(vector.pairs, secret: vector.secret))
        #expect(form["sign"].map { String(decoding: $0, as: UTF8.self) } == vector.sign)
        let given = try FormBody(parsing: Array(vector.form.utf8))
        #expect(form.pairs.map(\.value) == given.pairs.map(\.value))
    }

    @Test(arguments: Vector.all)
    func theAdapterTakesThePublishedForm(_ vector: Vector) throws {
        let subject = ConformanceSubject.renRenXiu
        var app = subject.app
        app.secret = vector.secret
        let reception = try subject.receive(Array(vector.form.utf8), for: app, at: 1_543_999_047_492)
        switch reception {
        case .event(let arrival):
            #expect(vector.parameters.contains("goods_code"))
            #expect(vector.values.contains(arrival.orderNo))
        case .refused(let refusal):
            // The published signing example is not a goods issue: it has no goods_code.
            #expect(!vector.parameters.contains("goods_code"))
            #expect(
                refusal
                    == Refusal(.missingParameter, message: "缺少参数 goods_code", detail: "missing or empty: goods_code"))
        }
    }

    @Test func theSignatureMayBeInEitherCase() throws {
        let vector = try #require(Vector.all.first)
        let form = try FormBody(parsing: Array(vector.form.utf8))
        let lower = Array(vector.sign.lowercased().utf8)
        #expect(RenRenXiuSignature.isRight(lower[...], for: form, secret: vector.secret))
    }

    @Test(arguments: [
        "", "5", "586DAE08781B6ACD391FA5BD678CDD0", "586DAE08781B6ACD391FA5BD678CDD0DFF",
        "not hexadecimal at all ________ .",
    ])
    func whatIsNoDigestIsNotRight(_ signature: String) throws {
        let vector = try #require(Vector.all.first)
        let form = try FormBody(parsing: Array(vector.form.utf8))
        #expect(!RenRenXiuSignature.isRight(Array(signature.utf8)[...], for: form, secret: vector.secret))
    }

    @Test func theStepsShowEverythingButTheSecret() throws {
        let form = try FormBody([("b", "2"), ("a", "1 & 1"), ("c", ""), ("sign", "0")])
        let explanation = RenRenXiuSignature.explanation(of: form, secret: Secret("hidden"))
        #expect(
            explanation.steps.map(\.lines) == [
                ["c", "sign"], ["a = 1 & 1", "b = 2"], ["a=1 & 1&b=2‹secret›"], [explanation.signature],
            ])
        #expect(explanation.isGivenSignatureRight == false)
        #expect(!String(reflecting: explanation).contains("hidden"))
    }
}
