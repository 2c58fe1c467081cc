import RelayCore
import TestSupport
import Testing

@Suite struct ShellPatternTests {
    @Test(arguments: [
        ("*", ""), ("*", "anything at all"), ("", ""), ("goods.issue", "goods.issue"), ("order.*", "order.paid"),
        ("order.*", "order."), ("*.paid", "order.paid"), ("zp_*_?", "zp_001_红"), ("a**b", "ab"), ("*a*a*", "xaxa"),
        ("[a-c]x", "bx"), ("[!a-c]x", "dx"), ("[]a]", "]"), ("[!]a]", "b"), ("[a-]", "-"), ("[-a]", "-"),
        ("[\\]]", "]"), ("[\\!a]", "!"), ("[a!]", "!"), ("[a-cx-z]", "y"), ("[一-龥]", "茶"), ("\\*", "*"),
        ("\\?\\[\\\\", "?[\\"), ("\\a", "a"), ("a/b/*", "a/b/c/d"), ("?", "é"), ("]", "]"), ("*?", "a"), ("[*]", "*"),
    ])
    func aPatternMatches(pattern: String, text: String) throws {
        #expect(try ShellPattern(pattern).matches(text))
    }

    @Test(arguments: [
        ("", "a"), ("goods.issue", "goods.issues"), ("goods.issue", "Goods.issue"), ("order.*", "order"),
        ("order.*", "xorder.paid"), ("?", ""), ("?", "ab"), ("??", "😀"), ("[a-c]", "d"), ("[!a-c]", "b"),
        ("[!a]", ""), ("\\*", "a"), ("a.c", "abc"), ("*a", "ab"), ("*ab*ab", "ab"), ("[*]", "a"), ("é", "e\u{301}"),
    ])
    func aPatternDoesNotMatch(pattern: String, text: String) throws {
        #expect(try !ShellPattern(pattern).matches(text))
    }

    @Test(
        arguments: [
            ("ab[cd", .unclosedSet(position: 3)), ("[]", .unclosedSet(position: 1)), ("[!]", .unclosedSet(position: 1)),
            ("[", .unclosedSet(position: 1)), ("x[b-a]", .backwardRange(position: 3)),
            ("[a-", .unclosedSet(position: 1)), ("ab\\", .nothingAfterBackslash(position: 3)),
            ("[a\\", .nothingAfterBackslash(position: 3)),
        ] as [(String, ShellPatternError)])
    func aBrokenPatternIsRefused(pattern: String, expected: ShellPatternError) {
        #expect(throws: expected) { try ShellPattern(pattern) }
    }

    @Test func aPatternIsShownAsItWasWritten() throws {
        #expect(try ShellPattern("a\\*[!x-z]**").description == "a\\*[!x-z]**")
    }

    @Test(.timeLimit(.minutes(1)))
    func aPatternThatInvitesBacktrackingEnds() throws {
        let pattern = try ShellPattern(String(repeating: "*a", count: 50) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 2_000)))
    }

    @Test func generatedPatternsMatchWhatTheDefinitionSays() throws {
        var generator = SeededGenerator(seed: 1)
        var matches = 0
        for _ in 0..<20_000 {
            let pieces = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                ["*", "?", "a", "b", "[ab]", "[!a]", "\\*", "[b-c]"].randomElement(using: &generator) ?? "a"
            }
            let text = generator.text(of: "abc*", count: 0...7)
            let expected = Self.defined(pieces[...], Array(text)[...])
            if expected { matches += 1 }
            #expect(try ShellPattern(pieces.joined()).matches(text) == expected, "\(pieces.joined()) over \(text)")
        }
        #expect(1_000..<19_000 ~= matches)
    }

    /// The definition of a match, tried out in full.
    private static func defined(_ pieces: ArraySlice<String>, _ text: ArraySlice<Character>) -> Bool {
        guard let piece = pieces.first else { return text.isEmpty }
        if piece == "*" {
            return defined(pieces.dropFirst(), text) || !text.isEmpty && defined(pieces, text.dropFirst())
        }
        guard let character = text.first else { return false }
        let takesIt =
            switch piece {
            case "?": true
            case "[ab]": character == "a" || character == "b"
            case "[!a]": character != "a"
            case "[b-c]": character == "b" || character == "c"
            default: character == piece.last
            }
        return takesIt && defined(pieces.dropFirst(), text.dropFirst())
    }
}
