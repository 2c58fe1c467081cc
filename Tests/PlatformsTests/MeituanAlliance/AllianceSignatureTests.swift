import Platforms
import RelayCore
import Testing

struct AllianceSignatureTests {
    private static let vectors = SignatureVector.read(AllianceVectors.json)

    @Test func everyVectorIsRead() {
        #expect(Self.vectors.count == 5)
        #expect(Self.vectors.allSatisfy { $0.parameters.count == $0.values.count })
    }

    @Test(arguments: vectors)
    func parametersGiveThePublishedTextAndSignature(_ vector: SignatureVector) throws {
        let explanation = AllianceSignature.explanation(of: try FormBody(vector.pairs), secret: vector.secret)
        #expect(explanation.signedText.reveal() == vector.canonical)
        #expect(explanation.signature == vector.sign)
        #expect(explanation.isGivenSignatureRight == nil)
    }

    @Test(arguments: vectors)
    func aPublishedFormIsRight(_ vector: SignatureVector) throws {
        let form = try FormBody(parsing: Array(vector.form.utf8))
        #expect(AllianceSignature.explanation(of: form, secret: vector.secret).isGivenSignatureRight == true)
        #expect(AllianceSignature.explanation(of: form, secret: Secret("x")).isGivenSignatureRight == false)
    }

    @Test(arguments: vectors)
    func aFormThatWeSignHasThePublishedSignature(_ vector: SignatureVector) throws {
        let form = try FormBody(parsing: AllianceSignature.signedForm(vector.pairs, secret: vector.secret))
        #expect(form["sign"].map { String(decoding: $0, as: UTF8.self) } == vector.sign)
    }

    @Test(arguments: vectors.filter { $0.parameters.contains("orderid") })
    func theAdapterTakesThePublishedPush(_ vector: SignatureVector) throws {
        let app = ConformanceSubject.allianceApp(callbackKey: vector.secret)
        let arrival = try ConformanceSubject.meituanAlliance.arrival(Array(vector.form.utf8), for: app)
        #expect(arrival.orderNo == "1000000001")
        #expect(arrival.type == (vector.name == "completed" ? "order.completed" : "order.paid"))
    }

    @Test func theStepsShowEverythingButTheSecret() throws {
        let form = try FormBody([("b", "2"), ("a", "1"), ("c", ""), ("sign", "0")])
        let explanation = AllianceSignature.explanation(of: form, secret: Secret("hidden"))
        #expect(
            explanation.steps.map(\.lines) == [
                ["a = 1", "b = 2", "c = "], ["‹secret›a1b2c‹secret›"], [explanation.signature],
            ])
        #expect(!String(reflecting: explanation).contains("hidden"))
    }
}
