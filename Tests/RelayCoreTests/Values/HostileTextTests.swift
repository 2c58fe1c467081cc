import RelayCore
import TestSupport
import Testing

/// Texts made to be slow: nothing takes more than in proportion to what was sent.
@Suite struct HostileTextTests {
    /// Combining marks, each pair of which Swift would exchange before it compares the text.
    static func marks(_ count: Int) -> String {
        var text = "m".unicodeScalars
        for _ in 0..<count / 2 { text.append("\u{315}") }
        for _ in 0..<count / 2 { text.append("\u{300}") }
        return String(text)
    }

    private static let texts: [(String, @Sendable (Int) -> String)] = [
        ("a name of combining marks", { #"{"\#(marks($0))":1,"msg":2}"# }),
        ("a value of combining marks", { #"{"msg":"\#(marks($0))","result":"\#(marks($0))"}"# }),
        (
            "names that differ at their ends",
            { size in
                "{" + (0..<size / 50).map { #""\#(String(repeating: "n", count: 40))\#($0)":1"# }.joined(separator: ",")
                    + "}"
            }
        ),
        ("brackets", { String(repeating: "[", count: $0) }),
        ("lists beside each other", { "[" + String(repeating: "[],", count: $0) + "1]" }),
        ("digits", { String(repeating: "1", count: $0) }),
        ("escapes", { "\"" + String(repeating: #"\ud83d\ude00"#, count: $0 / 8) + "\"" }),
        ("blanks", { String(repeating: " ", count: $0) + "1" }),
    ]

    @Test(arguments: texts.indices)
    func jsonTakesTimeInProportion(index: Int) {
        let (name, text) = Self.texts[index]
        let growth = growth(from: 8_000, of: { Array(text($0).utf8) }) { bytes in
            guard let json = try? JSON(parsing: bytes) else { return }
            for name in ["msg", "result", "m"] where json[name] == "msg" { Issue.record("there is no such member") }
            _ = json.hashValue
        }
        #expect(growth < 9, "\(name): four times as much takes \(growth) times as long")
    }

    @Test func anAnswerTakesTimeInProportion() {
        let growth = growth(from: 8_000, of: { Array(#"{"result":"\#(Self.marks($0))"}"#.utf8) }) { body in
            _ = Judgement(of: MerchantAnswer(status: 200, body: body), atUnixMilliseconds: 0)
        }
        #expect(growth < 9, "four times as much takes \(growth) times as long")
    }

    @Test(arguments: ["9", " ", "-", "Sun, ", "\u{315}\u{300}"])
    func aWaitTakesTimeInProportion(part: String) {
        let growth = growth(from: 20_000, of: { String(repeating: part, count: $0) }) { text in
            _ = RetryAfter.wait(askedBy: text, atUnixMilliseconds: 0)
        }
        #expect(growth < 9, "four times as much takes \(growth) times as long")
    }

    @Test(arguments: ["{{a}}", "{{", "}}", "{ ", "\u{315}\u{300}"])
    func aTemplateTakesTimeInProportion(part: String) {
        let growth = growth(from: 2_000, of: { "\"" + String(repeating: part, count: $0) + "\"" }) { text in
            _ = (try? JSONTemplate(parsing: text))?.filled(from: ["a": "{{a}}"])
        }
        #expect(growth < 9, "four times as much takes \(growth) times as long")
    }
}
