import RelayCore
import TestSupport
import Testing

@Suite struct JSONEqualityTests {
    @Test func spellingsOfOneCharacterAreTwoTexts() {
        let (one, two) = ("\u{E9}", "e\u{301}")
        #expect(one == two, "Swift takes them for one")
        #expect(JSON.string(one) != .string(two))
        #expect(([one: 1, two: 2] as JSON)[one] == 1)
        #expect(([one: 1, two: 2] as JSON)[two] == 2)
        // The sign of the kelvin is another spelling of the letter.
        #expect(([.init("\u{212A}"): 1] as JSON)["K"] == nil)
    }

    @Test func whatIsWrittenAlikeIsEqualAndNothingElse() throws {
        var generator = SeededGenerator(seed: 4)
        let parts = ["1", "1.0", "\"1\"", "\"\"", "null", "true", "[]", "{}", "[1]", "{\"a\":1}", "{\"a\":1,\"a\":1}"]
        let values = try (0..<300).map { _ in
            let elements = (0..<Int.random(in: 0...2, using: &generator)).map { _ in
                parts[Int.random(in: parts.indices, using: &generator)]
            }
            return try JSON(parsing: "[\(elements.joined(separator: ","))]")
        }
        var equal = 0
        for left in values {
            for right in values {
                #expect((left == right) == (left.serialized() == right.serialized()))
                if left == right {
                    equal += 1
                    #expect(left.hashValue == right.hashValue)
                }
            }
        }
        #expect(equal > values.count)
    }
}
