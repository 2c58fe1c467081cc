import RelayCore
import Testing

@Suite struct StringBytesTests {
    private let ascending = ["", "A", "A1", "A1é", "A1茶", "B", "a", "é", "茶", "茶b"]

    @Test func textsAreComparedByTheirBytes() {
        for (position, left) in ascending.enumerated() {
            for (other, right) in ascending.enumerated() {
                #expect(left.compareBytes(with: right).signum() == (position - other).signum(), "\(left) and \(right)")
            }
        }
    }

    @Test func twoSpellingsOfACharacterAreTwoTexts() {
        #expect("\u{E9}" == "e\u{301}")
        #expect("\u{E9}".compareBytes(with: "e\u{301}") > 0)
        #expect(!"\u{E9}".hasBytes(of: "e\u{301}"))
    }
}
