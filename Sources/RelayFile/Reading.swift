import RelayCore

/// What is shared by all that read one file: its problems, the names met so far, and where variables come from.
final class Reading {
    let rules: RelayFileRules
    let environment: (String) -> String?
    /// Those of the file and those that are configured already.
    var names: ConfiguredNames
    /// By app its platform, and by endpoint its format; of the file and of what is configured already.
    var platforms: [String: String]
    var formats: [String: EndpointFormat]
    /// What can be said only once every section is read.
    private var laterChecks: [() -> Void] = []
    private(set) var problems: [RelayFileProblems.Problem] = []
    private var firstLines: [String: Int] = [:]

    init(configured: Declaration, rules: RelayFileRules, environment: @escaping (String) -> String?) {
        names = ConfiguredNames(configured)
        platforms = configured.apps.mapValues(\.platform)
        formats = configured.endpoints.mapValues(\.format)
        self.rules = rules
        self.environment = environment
    }

    func checkLater(_ check: @escaping () -> Void) {
        laterChecks.append(check)
    }

    func makeLaterChecks() {
        for check in laterChecks { check() }
        laterChecks = []
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
