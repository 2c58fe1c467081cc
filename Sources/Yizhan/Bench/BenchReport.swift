import RelayCore

/// Everything that a bench says in the end.
struct BenchReport: Sendable {
    let machine: Machine
    let settings: BenchSettings
    let figures: [Figure]

    func lines(_ colours: Colours) -> [String] {
        var rows: [[TableCell]] = [
            ["phase", "figure", .right("median"), "", "held against", .right("median"), .right("ratio"), "wanted"]
        ]
        for figure in figures {
            let tone: Tone? = figure.isMet == false ? .caution : nil
            rows.append([
                TableCell(figure.phase.rawValue), TableCell(figure.name), .right(Self.text(figure.median)),
                TableCell(figure.unit.rawValue), TableCell(figure.yardstick?.name ?? ""),
                .right(figure.yardstick.map { Self.text($0.median) } ?? ""),
                TableCell(figure.ratio.map { Self.ratioText($0) } ?? "", tone, side: .right),
                TableCell(figure.target.map { "\($0)" + (figure.isMet == false ? ", missed" : "") } ?? "", tone),
            ])
        }
        return machine.lines + settings.lines + [""] + TextTable.lines(rows, colours)
    }

    var json: JSON {
        ["machine": machine.json, "settings": settings.json, "figures": .array(figures.map(\.json))]
    }

    /// With as many digits as mean something.
    static func text(_ value: Double) -> String {
        switch abs(value) {
        case 100...: String(Int(value.rounded()))
        case 10..<100: decimals(value, 1)
        default: decimals(value, 2)
        }
    }

    private static func ratioText(_ value: Double) -> String {
        decimals(value, 2)
    }

    private static func decimals(_ value: Double, _ count: Int) -> String {
        let scale = count == 1 ? 10 : 100
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let rest = String(scaled % scale)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return "\(sign)\(scaled / scale).\(String(repeating: "0", count: count - rest.count))\(rest)"
    }
}

extension Figure.Target: CustomStringConvertible {
    var description: String {
        switch self {
        case .atLeast(let value): "at least \(BenchReport.text(value))"
        case .atMost(let value): "at most \(BenchReport.text(value))"
        }
    }
}

extension Figure {
    fileprivate var json: JSON {
        var members: [JSON.Member] = [
            .init(name: "phase", value: .string(phase.rawValue)), .init(name: "figure", value: .string(name)),
            .init(name: "unit", value: .string(unit.rawValue)),
            .init(name: "rounds", value: .array(rounds.map(\.json))),
            .init(name: "median", value: median.json),
        ]
        if let yardstick {
            members.append(
                .init(
                    name: "yardstick",
                    value: [
                        "name": .string(yardstick.name), "rounds": .array(yardstick.rounds.map(\.json)),
                        "median": yardstick.median.json,
                    ]))
            members.append(.init(name: "ratio", value: ratio?.json ?? .null))
        }
        switch target {
        case .atLeast(let value): members.append(.init(name: "at_least", value: value.json))
        case .atMost(let value): members.append(.init(name: "at_most", value: value.json))
        case nil: break
        }
        if let isMet { members.append(.init(name: "met", value: .bool(isMet))) }
        return .object(members)
    }
}

extension BenchSettings {
    fileprivate var lines: [String] {
        [
            "\(rounds) \(rounds == 1 ? "round" : "rounds") of \(seconds) s by turns, \(connections) connections"
                + (rate.map { ", \($0) calls/s in open loops" } ?? "")
        ]
    }

    fileprivate var json: JSON {
        [
            "rounds": JSON(rounds), "seconds": JSON(seconds), "connections": JSON(connections),
            "rate": rate.map { JSON($0) } ?? .null, "due_rows": JSON(dueRows),
            "backlog_rows": .array(backlogRows.map { JSON($0) }), "drained_rows": JSON(drainedRows),
            "own_database": .bool(databaseURL == nil),
        ]
    }
}

extension Double {
    /// To a thousandth.
    fileprivate var json: JSON {
        let thousandths = Int((self * 1_000).rounded())
        let rest = String(abs(thousandths % 1_000))
        let sign = thousandths < 0 ? "-" : ""
        return .number(
            "\(sign)\(abs(thousandths / 1_000)).\(String(repeating: "0", count: 3 - rest.count))\(rest)")
    }
}
