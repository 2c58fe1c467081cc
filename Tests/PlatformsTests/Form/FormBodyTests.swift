import Platforms
import TestSupport
import Testing

struct FormBodyTests {
    private func parse(_ body: String) throws(FormError) -> FormBody {
        try FormBody(parsing: Array(body.utf8))
    }

    private func shown(_ form: FormBody) -> [String] {
        form.pairs.map { "\($0.name)|\($0.value)" }
    }

    @Test(arguments: [
        ("", []),
        ("&", []),
        ("a=1", ["a|1"]),
        ("a=1&b=2", ["a|1", "b|2"]),
        ("b=2&a=1&", ["b|2", "a|1"]),
        ("&&a=1&&b=2", ["a|1", "b|2"]),
        ("a", ["a|"]),
        ("a=", ["a|"]),
        ("=1", ["|1"]),
        ("a=b=c&d==", ["a|b=c", "d|="]),
        ("a%3Db=c%26d", ["a=b|c&d"]),
        ("a+b=c+d%20e", ["a b|c d e"]),
        ("a=%2B%2b", ["a|++"]),
        ("n=%E5%B0%8F%F0%9F%8E%81", ["n|小🎁"]),
        ("n=小", ["n|小"]),
        ("a=%00", ["a|\0"]),
        ("%61=1&A=2", ["a|1", "A|2"]),
    ])
    func aBodyIsDecoded(_ body: String, _ pairs: [String]) throws {
        #expect(try shown(parse(body)) == pairs)
    }

    @Test(arguments: [
        ("a=%", FormError.brokenEscape(offset: 2)),
        ("a=%4", .brokenEscape(offset: 2)),
        ("a=%4&b", .brokenEscape(offset: 2)),
        ("a=1&b=%zz", .brokenEscape(offset: 6)),
        ("%%41=1", .brokenEscape(offset: 0)),
        ("a=1&b=%FF", .notUTF8(parameter: 2)),
        ("a=%E5%B0", .notUTF8(parameter: 1)),
        ("a=%ED%A0%80", .notUTF8(parameter: 1)),
        ("a=%C0%80", .notUTF8(parameter: 1)),
        ("a=1&a=1", .repeatedParameter(name: "a")),
        ("a=1&b=2&%61=", .repeatedParameter(name: "a")),
        ("=1&=2", .repeatedParameter(name: "")),
        ("x%0Ay=1&x%0Ay=2", .repeatedParameter(name: "x?y")),
    ])
    func whatCannotBeVerifiedIsAnError(_ body: String, _ error: FormError) {
        #expect(throws: error) { try parse(body) }
    }

    @Test func halvesOfACharacterInTwoPlacesAreNotACharacter() {
        #expect(throws: FormError.notUTF8(parameter: 1)) { try parse("a%E5%B0=%8F") }
        #expect(throws: FormError.notUTF8(parameter: 1)) { try parse("a=%E5%B0&%8F=1") }
    }

    @Test func parametersAreBounded() throws {
        let many = (0..<FormBody.maximumParameters).map { "p\($0)=1" }.joined(separator: "&")
        #expect(try parse(many).parameters.count == FormBody.maximumParameters)
        #expect(throws: FormError.tooManyParameters(limit: 256)) { try parse(many + "&one=more") }
    }

    @Test func namesAreSortedByTheirBytes() throws {
        let form = try parse("b=1&a=2&ab=3&Z=4&%E5%B0%8F=5&_=6")
        #expect(form.sortedParameters.map { form.text($0.name) } == ["Z", "_", "a", "ab", "b", "小"])
    }

    @Test func aValueIsFoundByItsExactName() throws {
        let form = try parse("order_no=1&Order_no=2&order=")
        #expect(form["order_no"].map(Array.init) == Array("1".utf8))
        #expect(form["Order_no"].map(Array.init) == Array("2".utf8))
        #expect(form["order"]?.isEmpty == true)
        #expect(form["ORDER"] == nil)
        #expect(form.missing(of: ["order", "order_no", "x"]) == ["order", "x"])
    }

    @Test func whatIsWrittenReadsBackTheSame() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let pairs = (0..<Int.random(in: 0...8, using: &random)).map { position in
                (name: "\(position)\(text(using: &random))", value: text(using: &random))
            }
            let form = try FormBody(pairs)
            #expect(shown(form) == pairs.map { "\($0.name)|\($0.value)" })
            #expect(FormBody.encode(form.pairs) == FormBody.encode(pairs))
        }
    }

    @Test func randomBytesNeverCrashAndNeverDecodeToAnythingButUTF8() {
        var random = SeededGenerator(seed: 2)
        var readable = 0
        for _ in 0..<5000 {
            var body = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...127, using: &random)
            }
            for position in body.indices where Int.random(in: 0..<4, using: &random) == 0 {
                body[position] = Array("%&=+".utf8).randomElement(using: &random) ?? 0xFF
            }
            guard let form = try? FormBody(parsing: body) else { continue }
            readable += 1
            for parameter in form.parameters {
                #expect(String(validating: form.bytes[parameter.value], as: UTF8.self) != nil)
                #expect(parameter.name.upperBound <= parameter.value.lowerBound)
            }
        }
        #expect(readable > 100)
    }

    private func text(using random: inout SeededGenerator) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            let limit: UInt32 = Bool.random(using: &random) ? 0x7F : 0x10FFFF
            if let scalar = Unicode.Scalar(UInt32.random(in: 0...limit, using: &random)) { text.append(scalar) }
        }
        return String(text)
    }
}
