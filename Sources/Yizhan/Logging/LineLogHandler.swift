import Logging
import RelayCore

/// One line for each message, on standard error: as text for people, as JSON for machines.
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    let format: LogSettings.Format
    let label: String
    let output: StandardError

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let more = event.metadata { all.merge(more) { _, new in new } }
        output.write(line(event.level, event.message, all)) { lost in
            line(.warning, "lines of the log were lost: nobody read them", ["lines": "\(lost)"])
        }
    }

    private func line(_ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata) -> [UInt8] {
        let time = Timestamp(unixMilliseconds: SystemClock.unixMilliseconds()).description
        let members = metadata.sorted { $0.key < $1.key }.filter { !"\($0.value)".isEmpty }
        var line: [UInt8]
        switch format {
        case .text:
            let facts = members.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }.joined()
            line = Array("\(time) \(level.rawValue) \(Self.onOneLine("\(message)"))\(facts)".utf8)
        case .json:
            let fields: [JSON.Member] = [
                JSON.Member(name: "time", value: .string(time)),
                JSON.Member(name: "level", value: .string(level.rawValue)),
                JSON.Member(name: "message", value: .string("\(message)")),
            ]
            line = JSON.object(
                fields + members.map { JSON.Member(name: $0.key, value: .string("\($0.value)")) }
            ).serialized()
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// Quoted where it would not read as one word.
    private static func quoted(_ text: String) -> String {
        let isWord = text.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0 != "\"" && $0 != "=" }
        guard !isWord else { return onOneLine(text) }
        return "\"" + onOneLine(text).split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
            + "\""
    }

    /// What came from outside must not look like another message.
    private static func onOneLine(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}

extension LogSettings {
    func logger(_ label: String = "yizhan") -> Logger {
        let output = StandardError()
        return Logger(label: label) { LineLogHandler(logLevel: level, format: format, label: $0, output: output) }
    }
}
