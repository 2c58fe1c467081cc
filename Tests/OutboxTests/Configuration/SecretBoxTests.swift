import Outbox
import Testing

@Suite struct SecretBoxTests {
    private let content = Array("eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T".utf8)
    private let box: SecretBox

    init() throws {
        box = SecretBox(keys: try MasterKeys(text: ConfiguredDatabase.keys))
    }

    @Test func whatIsSealedOpensAgainAndNeverLooksTheSame() throws {
        let sealed = try box.seal(content, for: "app/a")
        #expect(try box.open(sealed, for: "app/a") == content)
        #expect(try box.seal(content, for: "app/a") != sealed)
        #expect(sealed.count == 1 + 4 + 12 + content.count + 16)
    }

    @Test func everyBitIsAuthenticated() throws {
        let sealed = try box.seal(content, for: "app/a")
        for position in sealed.indices {
            var changed = sealed
            changed[position] ^= 1
            #expect(throws: SealError.self) { try box.open(changed, for: "app/a") }
        }
        for count in 0..<sealed.count {
            #expect(throws: SealError.self) { try box.open(Array(sealed[..<count]), for: "app/a") }
        }
    }

    @Test func anotherPlaceDoesNotOpenIt() throws {
        let sealed = try box.seal(content, for: "app/a")
        #expect(throws: SealError.self) { try box.open(sealed, for: "endpoint/a") }
    }

    @Test func theFirstKeyEncryptsAndAllDecrypt() throws {
        let other = SecretBox(keys: try MasterKeys(text: ConfiguredDatabase.otherKeys))
        let both = SecretBox(
            keys: try MasterKeys(text: "\(ConfiguredDatabase.otherKeys),\n \(ConfiguredDatabase.keys)\n"))
        let old = try box.seal(content, for: "app/a")
        #expect(try both.open(old, for: "app/a") == content)
        let new = try both.seal(content, for: "app/a")
        #expect(try other.open(new, for: "app/a") == content)
        let error = #expect(throws: SealError.self) { try box.open(new, for: "app/a") }
        let text = try #require(error?.description)
        let ids = text.matches(of: /[0-9a-f]{8}/).map { String($0.output) }
        #expect(ids.count == 2 && ids[0] != ids[1], "\(text)")
        #expect(text.contains("YIZHAN_MASTER_KEY"))
    }

    @Test(arguments: [
        ("", MasterKeyError.wrongLength(position: 1, bytes: 0)), ("short", .notBase64(position: 1)),
        ("c2hvcnQ=", .wrongLength(position: 1, bytes: 5)),
        (ConfiguredDatabase.keys + ",", .wrongLength(position: 2, bytes: 0)),
        (ConfiguredDatabase.keys + ",!", .notBase64(position: 2)),
    ])
    func whatIsNoKeySaysWhy(text: String, error: MasterKeyError) {
        #expect(throws: error) { try MasterKeys(text: text) }
    }

    @Test func keysShowNothingOfThemselves() throws {
        let keys = try MasterKeys(text: ConfiguredDatabase.keys)
        var dumped = ""
        dump(keys, to: &dumped)
        for text in ["\(keys)", String(reflecting: keys), dumped] {
            #expect(text.contains("master keys"))
            #expect(!text.contains("0123") && !text.contains("MDEy"))
        }
    }
}
