import Yams

/// The text of a file as YAML nodes.
enum YAMLDocument {
    struct Failure: Error {
        let message: String
        let position: Position
    }

    /// Stands in front of a key that its mapping has already: Yams gives up at the first of these, where the reader
    /// wants to go on and report all.
    private static let repetitionMark = Character("\u{E000}")
    private static let mostRepetitions = 100

    static func compose(_ text: String) -> Result<Node, Failure> {
        var text = text
        var repetition: Failure?
        for _ in 0...mostRepetitions {
            do {
                // The basic resolver leaves every scalar a text: what is a number is the reader's to say.
                guard let root = try Yams.compose(yaml: text, .basic, .default, .utf8) else {
                    return .failure(Failure(message: "the file is empty", position: .start))
                }
                return .success(root)
            } catch YamlError.duplicatedKeysInMapping(_, let context) {
                // Yams says where the first of them is.
                repetition = Failure(message: "a key is given twice here", position: Position(context.mark))
                guard let marked = marking(text, at: Position(context.mark)) else { break }
                text = marked
            } catch {
                return .failure(repetition ?? Failure(error, in: text))
            }
        }
        return .failure(repetition ?? Failure(message: "not YAML", position: .start))
    }

    /// The key without the mark, if it has one.
    static func repeatedKey(_ key: String) -> Substring? {
        guard key.first == repetitionMark else { return nil }
        return key.drop { $0 == repetitionMark }
    }

    /// Puts the mark in front of the key, behind its quotation mark.
    private static func marking(_ text: String, at place: Position) -> String? {
        var scalars = text.unicodeScalars
        var position = scalars.startIndex
        for _ in 1..<place.line {
            guard let end = scalars[position...].firstIndex(of: "\n") else { return nil }
            position = scalars.index(after: end)
        }
        guard
            var key = scalars.index(position, offsetBy: place.column - 1, limitedBy: scalars.endIndex),
            key < scalars.endIndex
        else { return nil }
        if scalars[key] == "\"" || scalars[key] == "'" { scalars.formIndex(after: &key) }
        scalars.insert(contentsOf: repetitionMark.unicodeScalars, at: key)
        return String(scalars)
    }
}

extension YAMLDocument.Failure {
    fileprivate init(_ error: any Error, in text: String) {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let doing = context.map { ", \($0.text)" } ?? ""
            // The end of the text counts as a line of its own.
            let lineCount = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).count
            self.init(
                message: "not YAML: \(problem)\(doing)",
                position: Position(line: min(mark.line, lineCount), column: mark.column))
        case .reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0)
            let line = before.count(where: \.isNewline) + 1
            self.init(message: "not YAML: \(problem)", position: Position(line: line, column: 1))
        case let other:
            self.init(message: "not YAML: \(other.map { "\($0)" } ?? "\(error)")", position: .start)
        }
    }
}
