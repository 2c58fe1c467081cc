import Foundation

/// What a text is about, where that should be seen first. The words say it too.
enum Tone: Hashable, Sendable {
    /// Somebody has to act.
    case alarm
    /// Somebody should look.
    case caution
}

/// The colours of a terminal.
struct Colours: Sendable {
    static let none = Colours(isTerminal: false, environment: [:])

    private let isOn: Bool

    /// None in a file or a pipe, on a terminal that knows none, and where `NO_COLOR` (no-color.org) is set.
    init(isTerminal: Bool, environment: [String: String]) {
        isOn = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    static var ofStandardOutput: Colours {
        Colours(isTerminal: Terminal.isOutputSeen, environment: ProcessInfo.processInfo.environment)
    }

    func paint(_ text: String, _ tone: Tone?) -> String {
        guard isOn, !text.isEmpty else { return text }
        return switch tone {
        case .alarm: "\u{1B}[31m\(text)\u{1B}[0m"
        case .caution: "\u{1B}[33m\(text)\u{1B}[0m"
        case nil: text
        }
    }
}
