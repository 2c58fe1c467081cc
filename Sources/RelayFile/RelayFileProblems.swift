/// Everything that is wrong with a file, by line. Holds no value that came from the environment.
package struct RelayFileProblems: Error, Hashable {
    package struct Problem: Hashable, Sendable {
        /// From 1.
        package let line: Int
        package let column: Int
        /// `endpoints[1].timeout`; empty for the file itself.
        package let path: String
        /// The place as people would name it: `endpoints "teahouse-erp": timeout`.
        package let place: String
        package let message: String
    }

    package let file: String
    package let problems: [Problem]

    init(file: String, problems: [Problem]) {
        self.file = file
        self.problems = problems.sorted { ($0.line, $0.column, $0.path) < ($1.line, $1.column, $1.path) }
    }
}

extension RelayFileProblems: CustomStringConvertible {
    /// One line each: `relay.yaml:12: endpoints "teahouse-erp": timeout: expected …`.
    package var description: String {
        problems.map { "\(file):\($0.line): \($0)" }.joined(separator: "\n")
    }
}

extension RelayFileProblems.Problem: CustomStringConvertible {
    package var description: String { place.isEmpty ? message : "\(place): \(message)" }
}
