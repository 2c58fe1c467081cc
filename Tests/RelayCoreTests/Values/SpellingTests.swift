import RelayCore
import Testing

@Suite struct SpellingTests {
    @Test(arguments: [
        ("timout", "timeout"), ("timeuot", "timeout"), ("reties", "retry"), ("max_inflight", "max_in_flight"),
    ])
    func aMistakeIsNearToWhatWasMeant(written: String, meant: String) {
        #expect(["timeout", "retry", "max_in_flight", "ordered"].nearest(to: written) == meant)
    }

    @Test(arguments: ["", "x", "something_else"])
    func whatIsFarFromAllIsNearToNone(written: String) {
        #expect(["timeout", "retry", "max_in_flight"].nearest(to: written) == nil)
    }
}
