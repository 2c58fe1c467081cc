import Testing

@testable import Yizhan

struct ScreenTests {
    @Test func aFrameIsDrawnOverTheLastOneLineByLine() {
        let frame = Screen.frame(["one", "two"], rows: 24)
        #expect(frame == "\u{1B}[?7l\u{1B}[Hone\u{1B}[K\ntwo\u{1B}[K\n\u{1B}[J\u{1B}[?7h")
    }

    @Test(arguments: [(10, 5), (5, 5), (4, 4)])
    func whatDoesNotFitIsCounted(lines: Int, shown: Int) {
        let frame = Screen.frame((1...lines).map { "line \($0)" }, rows: 6)
        #expect(frame.split(separator: "\n").count { $0.hasSuffix("\u{1B}[K") } == shown)
        #expect(frame.contains("… 6 more lines") == (lines == 10))
        #expect(frame.contains("line 5") == (lines == 5))
    }

    @Test func aWindowOfUnknownHeightGetsEverything() {
        let frame = Screen.frame((1...200).map { "\($0)" }, rows: nil)
        #expect(frame.split(separator: "\n").count == 201)
    }
}
