import RelayCore

/// Where a status is shown.
enum StatusDisplay: Sendable {
    case json
    /// One block after the other.
    case text(Colours)
    /// The whole window of a terminal, again and again.
    case screen(Colours)

    func show(_ status: RelayStatus) {
        switch self {
        case .json: Terminal.say(String(decoding: status.json.serialized(), as: UTF8.self))
        case .text(let colours): for line in status.lines(colours) { Terminal.say(line) }
        case .screen(let colours): draw(status.lines(colours))
        }
    }

    /// Comes before the first status and after each but the last.
    func separate(isFirst: Bool) {
        switch self {
        case .json: break
        case .text: if !isFirst { Terminal.say() }
        case .screen: if isFirst { Terminal.draw(Screen.clear) }
        }
    }

    /// In the place of a status.
    func show(problem: String) {
        switch self {
        case .json, .text: Terminal.complain(problem)
        case .screen(let colours): draw([colours.paint(problem, .alarm)])
        }
    }

    private func draw(_ lines: [String]) {
        Terminal.draw(Screen.frame(lines, rows: Terminal.outputRows))
    }
}
