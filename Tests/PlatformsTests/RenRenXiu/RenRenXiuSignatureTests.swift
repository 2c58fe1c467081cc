import Platforms
import RelayCore
import Testing

struct RenRenXiuSignatureTests {
    private static let vectors = SignatureVector.read(RenRenXiuVectors.json)

    @Test func everyVectorIsRead() {
        #expect(Self.vectors.count == 9)
        #expect(Self.vectors.allSatisfy { $0.parameters.count == $0.values.count })
    }

    @Test(arguments: vectors)
    func parametersGiveThePublishedTextAndSignature(_ vector: SignatureVector) throws {
        let explanation = RenRenXiuSignature.explanation(of: try FormBody(vector.pairs), secret: vector.secret)
        #expect(explanation.signedText.reveal() == vector.canonical)
        #expect(explanation.signature == vector.sign)
        #expect(explanation.isGivenSignatureRight == nil)
    }

    @Test(arguments: vectors)
    func aPublishedFormGivesTheSameAndIsRight(_ vector: SignatureVector) throws {
        let form = try FormBody(parsing: Array(vector.form.utf8))
        let explanation = RenRenXiuSignature.explanation(of: form, secret: vector.secret)
        #expect(explanation.signedText.reveal() == vector.canonical)
        #expect(explanation.signature == vector.sign)
        #expect(explanation.isGivenSignatureRight == true)
    }

    @Test(arguments: vectors)
    func aFormThatWeSignHasThePublishedSignature(_ vector: SignatureVector) throws {
        let form = try FormBody(parsing: RenRenXiuSignature.signedForm(vector.pairs, secret: vector.secret))
        #expect(form["sign"].map { String(decoding: $0, as: UTF8.self) } == vector.sign)
        let given = try FormBody(parsing: Array(vector.form.utf8))
        #expect(form.pairs.map(\.value) == given.pairs.map(\.value))
    }

    @Test(arguments: vectors)
    func theAdapterTakesThePublishedForm(_ vector: SignatureVector) throws {
        let subject = ConformanceSubject.renRenXiu
        var app = subject.app
        app.secret = vector.secret
        let reception = try subject.receive(Array(vector.form.utf8), for: app, at: 1_543_999_047_492)
        switch reception {
        case .event(let arrival):
            #expect(vector.parameters.contains("goods_code"))
            #expect(vector.values.contains(arrival.orderNo))
        case .acknowledged, .goodsInquiry, .callbackKey:
            Issue.record("it is no event")
        case .refused(let refusal):
            // The published signing example is not a goods issue: it has no goods_code.
            #expect(!vector.parameters.contains("goods_code"))
            #expect(
                refusal
                    == Refusal(.missingParameter, message: "缺少参数 goods_code", detail: "missing or empty: goods_code"))
        }
    }

    @Test func theSignatureMayBeInEitherCase() throws {
        let vector = try #require(Self.vectors.first)
        let form = try FormBody(parsing: Array(vector.form.utf8))
        let lower = Array(vector.sign.lowercased().utf8)
        #expect(RenRenXiuSignature.isRight(lower[...], for: form, secret: vector.secret))
    }

    @Test(arguments: [
        "", "5", "586DAE08781B6ACD391FA5BD678CDD0", "586DAE08781B6ACD391FA5BD678CDD0DFF",
        "not hexadecimal at all ________ .",
    ])
    func whatIsNoDigestIsNotRight(_ signature: String) throws {
        let vector = try #require(Self.vectors.first)
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
