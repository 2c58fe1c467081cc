import RelayCore
import TestSupport
import Testing

@testable import Platforms

@Suite struct FingerprintTests {
    /// Short parameters of few letters, so that many sets of them are the same text once it is joined.
    private func pairs(_ generator: inout SeededGenerator) -> [FormBody.Pair] {
        (0..<Int.random(in: 0...3, using: &generator)).map { _ in
            (generator.text(of: "ab=&", count: 0...2), generator.text(of: "ab=&", count: 0...2))
        }
    }

    @Test func differentParametersHaveDifferentFingerprints() throws {
        var generator = SeededGenerator(seed: 6)
        var known: [[UInt8]: [String: String]] = [:]
        for _ in 0..<20_000 {
            let pairs = pairs(&generator)
            guard let form = try? FormBody(pairs) else { continue }
            let parameters = Dictionary(uniqueKeysWithValues: pairs)
            let fingerprint = form.fingerprint { _ in true }
            #expect(known[fingerprint] ?? parameters == parameters)
            known[fingerprint] = parameters
        }
        #expect(known.count > 1_000)
    }

    @Test func theOrderOfParametersDoesNotMatter() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let pairs = pairs(&generator)
            guard let form = try? FormBody(pairs) else { continue }
            let other = try FormBody(pairs.shuffled(using: &generator))
            #expect(form.fingerprint { _ in true } == other.fingerprint { _ in true })
        }
    }

    /// Names with a value and values as they are decide what Youzan's messages are; a member's name may not hide in a value.
    @Test func differentMessagesHaveDifferentFingerprints() throws {
        var generator = SeededGenerator(seed: 8)
        var known: [[UInt8]: Set<JSON.Member>] = [:]
        for _ in 0..<5_000 {
            let members = (0..<Int.random(in: 0...3, using: &generator)).map { position in
                JSON.Member(
                    name: "\(position)" + generator.text(of: "a\"", count: 0...1),
                    value: generator.chance(0.5) ? .string(generator.text(of: "a\"", count: 0...2)) : JSON(position))
            }
            let push = JSON.object([.init(name: "id", value: "1"), .init(name: "type", value: "t")] + members)
            let fingerprint = try YouzanMessage(push).arrival(body: []).fingerprint
            #expect(known[fingerprint] ?? Set(members) == Set(members))
            known[fingerprint] = Set(members)
        }
        #expect(known.count > 50)
    }
}
