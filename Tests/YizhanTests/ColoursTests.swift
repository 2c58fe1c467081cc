import Testing

@testable import Yizhan

struct ColoursTests {
    @Test func whatIsAlarmingIsRedOnATerminalAndWhatIsOldYellow() {
        let colours = Colours(isTerminal: true, environment: ["TERM": "xterm"])
        #expect(colours.paint("暂停", .alarm) == "\u{1B}[31m暂停\u{1B}[0m")
        #expect(colours.paint("old", .caution) == "\u{1B}[33mold\u{1B}[0m")
        #expect(colours.paint("usual", nil) == "usual")
        #expect(colours.paint("", .alarm).isEmpty)
    }

    @Test(arguments: [
        (false, ["TERM": "xterm"]), (true, ["NO_COLOR": "1", "TERM": "xterm"]), (true, ["TERM": "dumb"]),
    ])
    func thereAreNoneInAFileOnADumbTerminalAndWhereTheyAreNotWanted(isTerminal: Bool, environment: [String: String]) {
        #expect(Colours(isTerminal: isTerminal, environment: environment).paint("red", .alarm) == "red")
    }

    @Test func anEmptyNO_COLORForbidsNothing() {
        #expect(Colours(isTerminal: true, environment: ["NO_COLOR": ""]).paint("x", .alarm) != "x")
    }

    @Test func numbersStandBelowEachOtherAndColoursTakeNoRoom() {
        let rows: [[TableCell]] = [
            ["endpoint", .right("due"), "state"], ["茶馆", TableCell(1_000, .caution), TableCell("paused", .alarm)],
            ["erp", TableCell(7)],
        ]
        #expect(
            TextTable.lines(rows, .none) == ["endpoint   due  state", "茶馆      1000  paused", "erp          7"])
        let coloured = TextTable.lines(rows, Colours(isTerminal: true, environment: [:]))
        #expect(coloured[1] == "茶馆      \u{1B}[33m1000\u{1B}[0m  \u{1B}[31mpaused\u{1B}[0m")
        #expect(coloured[2] == "erp          7")
    }
}
