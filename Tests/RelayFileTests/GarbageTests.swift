import RelayCore
import RelayFile
import TestSupport
import Testing

@Suite struct GarbageTests {
    @Test func noGarbageEndsTheReader() {
        var generator = SeededGenerator(seed: 20_261_122)
        for _ in 0..<3000 {
            let text = Bool.random(using: &generator) ? garbage(&generator) : damagedExample(&generator)
            check(text)
        }
    }

    @Test(arguments: [
        String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 5000),
        String(repeating: "- ", count: 5000), "\u{0}", "a: \"\\uD800\"", "a: &x [*x]", "\u{FEFF}merchants: []",
        "a: 1\r\nb: 2\rc: 3\u{85}d: 4\u{2028}d: 5", "%YAML 9.9\n---\na", "--- a\n--- b", "!!binary x: 1",
        "\u{E000}apps: []",
    ])
    func oddTextsAreProblems(text: String) {
        check(text)
    }

    /// What is read is right; what is not has a reason and a line of the file.
    private func check(_ text: String) {
        do throws(RelayFileProblems) {
            _ = try read(text)
        } catch {
            #expect(!error.problems.isEmpty)
            #expect(error.problems.map(\.line) == error.problems.map(\.line).sorted())
            let lines = text.unicodeScalars.count { $0.properties.isPatternWhitespace && $0 != " " && $0 != "\t" } + 1
            for problem in error.problems {
                #expect(1...lines ~= problem.line, "line \(problem.line) of \(lines): \(text.debugDescription)")
                #expect(!problem.message.isEmpty)
            }
        }
    }

    private func garbage(_ generator: inout SeededGenerator) -> String {
        let tokens = [
            "merchants", "apps", "endpoints", "routes", "goods", "name", "secret", "retry", ":", ": ", "- ", "\n",
            "\n  ",
            "\n    ", "[", "]", "{", "}", ", ", "\"", "'", "${", "}", "$", "|\n", ">\n", "&a ", "*a", "!!str ", "? ",
            "#",
            "%", "@", "`", "\t", "---\n", "...", "~", "null", "é", "茶", "\u{1F375}", "\r\n", "\u{2028}", "<<", "5s",
        ]
        return (0..<Int.random(in: 0...40, using: &generator)).map { _ in
            tokens[Int.random(in: tokens.indices, using: &generator)]
        }.joined()
    }

    private func damagedExample(_ generator: inout SeededGenerator) -> String {
        var text = Array(exampleFile.unicodeScalars)
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
            let start = Int.random(in: text.indices, using: &generator)
            let end = min(start + Int.random(in: 1...30, using: &generator), text.count)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: text.removeSubrange(start..<end)
            case 1: text.insert(contentsOf: text[start..<end], at: Int.random(in: text.indices, using: &generator))
            default: text.insert(contentsOf: garbage(&generator).unicodeScalars, at: start)
            }
            if text.isEmpty { break }
        }
        var damaged = String.UnicodeScalarView()
        damaged.append(contentsOf: text)
        return String(damaged)
    }
}
