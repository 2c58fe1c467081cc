import Crypto
import Platforms
import RelayCore
import Testing

@testable import Yizhan

struct SignatureDiagnosisTests {
    private static let secret = "eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T"
    private static let body = "order_no=19&nickname=%E5%BC%A0&phone=&Zone=a+b&app_key=k&sign=0"

    /// What was signed by mistake, and which mistakes explain it.
    private static let signedByMistake: [(text: String, mistakes: [SignatureMistake])] = [
        ("Zone=a b&app_key=k&nickname=张&order_no=19\(secret)", []),
        ("order_no=19&nickname=张&Zone=a b&app_key=k\(secret)", [.notSorted]),
        ("app_key=k&nickname=张&order_no=19&Zone=a b\(secret)", [.sortedIgnoringCase]),
        ("Zone=a b&app_key=k&nickname=张&order_no=19&phone=\(secret)", [.emptyValuesIncluded]),
        ("Zone=a+b&app_key=k&nickname=%E5%BC%A0&order_no=19\(secret)", [.encodedValues]),
        ("Zone=a b&app_key=k&nickname=张&order_no=19", [.secretMissing]),
        ("Zone=a b&app_key=k&nickname=张&order_no=19&key=\(secret)", [.secretAsParameter]),
        ("Zone=a b&app_key=k&nickname=张&order_no=19&\(secret)", [.secretAfterAmpersand]),
        ("Zone=a b&nickname=张&order_no=19\(secret)", [.leftOut("app_key")]),
        (
            "order_no=19&nickname=%E5%BC%A0&phone=&Zone=a+b&app_key=k\(secret)",
            [.notSorted, .emptyValuesIncluded, .encodedValues]
        ),
    ]

    @Test(arguments: signedByMistake)
    func aMistakeIsFoundByWhatItLeadsTo(text: String, mistakes: [SignatureMistake]) throws {
        #expect(try diagnosis().mistakes(behind: Self.md5(text)) == mistakes)
    }

    @Test func aSignatureInSmallLettersIsTheSame() throws {
        let signature = Self.md5("Zone=a b&app_key=k&nickname=张&order_no=19").lowercased()
        #expect(try diagnosis().mistakes(behind: signature) == [.secretMissing])
    }

    @Test func aSignatureWithAnotherSecretIsNotExplained() throws {
        let signature = Self.md5("Zone=a b&app_key=k&nickname=张&order_no=19another")
        #expect(try diagnosis().mistakes(behind: signature) == nil)
    }

    private func diagnosis() throws -> SignatureDiagnosis {
        let body = Array(Self.body.utf8)
        return SignatureDiagnosis(of: body, try FormBody(parsing: body), secret: Secret(Self.secret))
    }

    private static func md5(_ text: String) -> String {
        Insecure.MD5.hash(data: Array(text.utf8)).map { byte in
            (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
