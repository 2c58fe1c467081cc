import RelayCore
import Testing

@Suite struct JSONWritingTests {
    @Test func everyControlCharacterIsEscaped() {
        for byte in UInt8(0)..<0x20 {
            let written = JSON.string(String(UnicodeScalar(byte))).serialized()
            #expect(written.first == UInt8(ascii: "\"") && written[1] == UInt8(ascii: "\\"))
            #expect(written.allSatisfy { $0 >= 0x20 })
        }
    }

    @Test(arguments: [
        ("", #""""#), ("a\"b", #""a\"b""#), ("\\", #""\\""#), ("\n\r\t\u{8}\u{C}", #""\n\r\t\b\f""#),
        ("\u{0}\u{F}\u{10}\u{1F}", #""\u0000\u000f\u0010\u001f""#), ("a/b\u{7F}茶😀\u{2028}", "\"a/b\u{7F}茶😀\u{2028}\""),
    ])
    func onlyWhatMustBeEscapedIs(text: String, expected: String) {
        #expect(String(decoding: JSON.string(text).serialized(), as: UTF8.self) == expected)
    }

    @Test func namesAreEscapedLikeStrings() {
        let value: JSON = ["a\"\n": 1]
        #expect(value.serialized() == Array(#"{"a\"\n":1}"#.utf8))
    }

    @Test func aValueIsWrittenAfterWhatIsThere() {
        var bytes = Array("data: ".utf8)
        JSON.array([]).write(into: &bytes)
        JSON.object([]).write(into: &bytes)
        #expect(bytes == Array("data: []{}".utf8))
    }
}
