/// How long to wait before each try to reconnect: doubling, with the half of it left to chance, so that many
/// clients of a server that comes back do not come back as one.
struct ReconnectBackoff {
    static let first: Duration = .milliseconds(100)
    static let longest: Duration = .seconds(5)

    private var ceiling = Self.first

    mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        defer { ceiling = min(ceiling * 2, Self.longest) }
        return ceiling * Double.random(in: 0.5...1, using: &generator)
    }

    mutating func reset() { ceiling = Self.first }
}
