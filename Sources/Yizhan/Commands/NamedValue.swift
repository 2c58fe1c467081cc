import ArgumentParser

/// `name=value`; the value may be empty, and hold further `=`.
struct NamedValue: Hashable, Sendable, ExpressibleByArgument {
    let name: String
    let value: String

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else { return nil }
        name = String(argument[..<equals])
        value = String(argument[argument.index(after: equals)...])
    }
}
