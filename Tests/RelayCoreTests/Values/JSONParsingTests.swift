import RelayCore
import TestSupport
import Testing

@Suite struct JSONParsingTests {
    @Test func everyKindOfValueIsRead() throws {
        let text = " {\"a\" : [ 1 , -2.50e+3 , \"x\" ] ,\r\n\t\"b\":{},\"c\":[],\"d\":true,\"e\":false,\"f\":null} "
        let value = try JSON(parsing: text)
        #expect(
            value == [
                "a": [1, .number("-2.50e+3"), "x"], "b": .object([]), "c": .array([]), "d": true, "e": false,
                "f": .null,
            ])
    }

    @Test func orderRepetitionsAndTheTextOfNumbersSurvive() throws {
        let text = #"{"z":1.230,"a":12345678901234567890123,"z":-0,"":[1E5,0.10]}"#
        #expect(try JSON(parsing: text).serialized() == Array(text.utf8))
    }

    @Test(arguments: [
        (#""""#, ""), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9\u0000""#, "é\0"),
        (#""\uD83D\uDE00x""#, "😀x"), (#""驿\u7AD9""#, "驿站"), ("\"\u{7F}\u{2028}\"", "\u{7F}\u{2028}"),
    ])
    func stringsAreUnescaped(text: String, expected: String) throws {
        let read = try #require(try JSON(parsing: text).stringValue)
        #expect(Array(read.unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test(arguments: [
        ("", JSONError(.unexpectedEnd, at: 0)), ("  ", JSONError(.unexpectedEnd, at: 2)),
        ("[1,", JSONError(.unexpectedEnd, at: 3)), ("[1,]", JSONError(.unexpectedByte, at: 3)),
        ("[,1]", JSONError(.unexpectedByte, at: 1)), ("[1 2]", JSONError(.unexpectedByte, at: 3)),
        ("{\"a\"}", JSONError(.unexpectedByte, at: 4)), ("{\"a\":1,}", JSONError(.unexpectedByte, at: 7)),
        ("{a:1}", JSONError(.unexpectedByte, at: 1)), ("{1:1}", JSONError(.unexpectedByte, at: 1)),
        ("tru", JSONError(.unexpectedEnd, at: 3)), ("trug", JSONError(.unexpectedByte, at: 3)),
        ("True", JSONError(.unexpectedByte, at: 0)), ("NaN", JSONError(.unexpectedByte, at: 0)),
        ("'a'", JSONError(.unexpectedByte, at: 0)), ("+1", JSONError(.unexpectedByte, at: 0)),
        (".5", JSONError(.unexpectedByte, at: 0)), ("01", JSONError(.invalidNumber, at: 0)),
        ("-", JSONError(.invalidNumber, at: 0)), ("-01", JSONError(.invalidNumber, at: 0)),
        ("[1.]", JSONError(.invalidNumber, at: 1)), ("1e", JSONError(.invalidNumber, at: 0)),
        ("1e+", JSONError(.invalidNumber, at: 0)), ("0x1", JSONError(.trailingBytes, at: 1)),
        ("1 1", JSONError(.trailingBytes, at: 2)), ("{}}", JSONError(.trailingBytes, at: 2)),
        ("[]/**/", JSONError(.trailingBytes, at: 2)), ("\u{FEFF}1", JSONError(.unexpectedByte, at: 0)),
        ("\u{A0}1", JSONError(.unexpectedByte, at: 0)), ("\"a", JSONError(.unexpectedEnd, at: 2)),
        ("\"a\\\"", JSONError(.unexpectedEnd, at: 4)), ("\"a\nb\"", JSONError(.controlCharacter, at: 2)),
        ("\"\u{0}\"", JSONError(.controlCharacter, at: 1)), (#""a\x""#, JSONError(.invalidEscape, at: 2)),
        (#""\u12G4""#, JSONError(.invalidEscape, at: 1)), (#""\u12"#, JSONError(.unexpectedEnd, at: 5)),
        (#""\ud800""#, JSONError(.loneSurrogate, at: 1)), (#""\udc00""#, JSONError(.loneSurrogate, at: 1)),
        (#""x\ud800\ud800""#, JSONError(.loneSurrogate, at: 2)), (#""\ud800\n""#, JSONError(.loneSurrogate, at: 1)),
        (#""\ud800\u0041""#, JSONError(.loneSurrogate, at: 1)),
    ])
    func whatIsNotJSONIsRefusedWhereItStopsBeingOne(text: String, expected: JSONError) {
        #expect(throws: expected) { try JSON(parsing: text) }
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xE4, 0xB8], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF],
            [0x5C, 0x6E, 0xC3],
        ] as [[UInt8]])
    func stringsThatAreNotUTF8AreRefused(content: [UInt8]) {
        let text = Array("[\"".utf8) + content + Array("\"]".utf8)
        #expect(throws: JSONError(.invalidUTF8, at: 1)) { try JSON(parsing: text) }
    }

    @Test func levelsAreBounded() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        _ = try JSON(parsing: nested(64))
        #expect(throws: JSONError(.tooDeep, at: 64)) { try JSON(parsing: nested(65)) }
        #expect(throws: JSONError(.tooDeep, at: 64)) { try JSON(parsing: String(repeating: "[", count: 1_000_000)) }
        #expect(throws: JSONError(.tooDeep, at: 5)) { try JSON(parsing: #"{"a":{}}"#, maximumDepth: 1) }
        #expect(try JSON(parsing: "1", maximumDepth: 0) == 1)
    }

    @Test func aPartOfABufferIsReadByItself() throws {
        let buffer = Array("xx[1]yy".utf8)
        #expect(try JSON(parsing: buffer[2..<5]) == [1])
        #expect(throws: JSONError(.unexpectedEnd, at: 2)) { try JSON(parsing: buffer[2..<4]) }
    }

    @Test func generatedValuesComeBackAsTheyWere() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            let value = generator.json(levels: 5)
            let text = value.serialized()
            let read = try JSON(parsing: text)
            #expect(read == value)
            #expect(read.serialized() == text)
        }
    }

    @Test func noPrefixOfAnObjectOrArrayIsTakenForTheWhole() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<200 {
            let text = JSON.array([generator.json(levels: 3)]).serialized()
            for end in text.indices {
                #expect(throws: JSONError.self) { try JSON(parsing: text[..<end]) }
            }
        }
    }

    /// Whatever is done to a text, what is taken for JSON is JSON again after it is written, and the same.
    @Test func damagedTextsAreRefusedOrReadAsSomethingThatLasts() throws {
        var generator = SeededGenerator(seed: 3)
        var refused = 0
        for _ in 0..<5_000 {
            var text = generator.json(levels: 3).serialized()
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<text.count, using: &generator)
                text[place] = UInt8.random(in: .min ... .max, using: &generator)
            }
            let value: JSON
            do {
                value = try JSON(parsing: text)
            } catch {
                refused += 1
                #expect(0...text.count ~= error.offset)
                continue
            }
            #expect(try JSON(parsing: value.serialized()) == value)
        }
        #expect(1_000..<5_000 ~= refused)
    }
}

extension SeededGenerator {
    fileprivate mutating func json(levels: Int) -> JSON {
        switch Int.random(in: 0..<(levels > 0 ? 7 : 5), using: &self) {
        case 0: return .null
        case 1: return .bool(chance(0.5))
        case 2: return .number(number())
        case 3, 4: return .string(string())
        case 5: return .array((0..<Int.random(in: 0...4, using: &self)).map { _ in json(levels: levels - 1) })
        default:
            return .object(
                (0..<Int.random(in: 0...4, using: &self)).map { _ in
                    JSON.Member(name: string(), value: json(levels: levels - 1))
                })
        }
    }

    private mutating func string() -> String {
        text(of: "ab\"\\/\u{0}\u{8}\u{9}\u{A}\u{C}\u{D}\u{1F}\u{7F}é茶\u{301}\u{2028}\u{FEFF}\u{FFFF}😀", count: 0...12)
    }

    private mutating func number() -> String {
        let sign = chance(0.3) ? "-" : ""
        let whole = chance(0.3) ? "0" : text(of: "123456789", count: 1...1) + text(of: "0123456789", count: 0...25)
        let fraction = chance(0.4) ? "." + text(of: "0123456789", count: 1...9) : ""
        let exponent = chance(0.2) ? text(of: "eE", count: 1...1) + text(of: "+-", count: 0...1) + "10" : ""
        return sign + whole + fraction + exponent
    }
}
