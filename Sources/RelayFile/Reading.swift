import RelayCore

/// What is shared by all that read one file: its problems, the names met so far, and where variables come from.
final class Reading {
    let rules: RelayFileRules
    let environment: (String) -> String?
    /// Those of the file and those that are configured already.
    var names: ConfiguredNames
    private(set) var problems: [RelayFileProblems.Problem] = []
    private var firstLines: [String: Int] = [:]

    init(configured: Declaration, rules: RelayFileRules, environment: @escaping (String) -> String?) {
        names = ConfiguredNames(configured)
        self.rules = rules
        self.environment = environment
    }

    func report(_ message: String, at position: Position, place: Place) {
        problems.append(
            RelayFileProblems.Problem(
                line: position.line, column: position.column, path: place.path, place: place.text,
                message: message))
    }

    /// Where an earlier item had the same `identity`; nil for the first.
    func firstLine(of identity: String, here line: Int) -> Int? {
        if let first = firstLines[identity] { return first }
        firstLines[identity] = line
        return nil
    }
}
