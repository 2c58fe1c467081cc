import Testing

@testable import Yizhan

struct TerminalTextTests {
    @Test(arguments: [
        ("abc", 3), ("酒水1", 5), ("奖品,发放", 9), ("\u{FF0C}", 2), ("e\u{301}", 1), ("é", 1), ("🎁", 2), ("❤\u{FE0F}", 2),
        ("👨‍👩‍👧", 2), ("한글", 4), ("カ", 2), ("ｶ", 1), ("", 0), ("\u{1B}", 0),
    ])
    func aTextIsAsWideAsATerminalShowsIt(text: String, columns: Int) {
        #expect(DisplayWidth.columns(of: text) == columns)
    }

    @Test func columnsLineUpWhateverTheyAreWrittenIn() {
        let lines = TextTable.lines([["received", "张三", "x"], ["ok", "Bo", "a longer end"], ["only one"]])
        #expect(lines == ["received  张三  x", "ok        Bo    a longer end", "only one"])
    }

    @Test(arguments: [
        ("a\u{1B}[31mb", "a␛[31mb"), ("line\nline", "line␊line"), ("\u{7F}\u{9B}", "␡\u{FFFD}"),
        ("\u{202E}abc", "\u{FFFD}abc"), ("奖品 🎁", "奖品 🎁"),
    ])
    func aTextFromOutsideCannotSteerTheTerminal(text: String, printable: String) {
        #expect(text.printable == printable)
    }

    @Test(arguments: [
        (8 * 3600, "2026-11-22 11:10:00.123 +08:00"), (0, "2026-11-22 03:10:00.123 +00:00"),
        (-(3 * 3600 + 30 * 60), "2026-11-21 23:40:00.123 -03:30"),
    ])
    func aMomentIsToldInItsZone(secondsFromUTC: Int, text: String) {
        let time = LocalTime(unixMilliseconds: 1_795_317_000_123, secondsFromUTC: secondsFromUTC)
        #expect(time.description == text)
    }
}
