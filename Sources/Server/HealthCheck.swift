/// One thing without which the relay can take no events.
package struct HealthCheck: Sendable {
    package let name: String
    /// Nil if all is well.
    package let problem: @Sendable () async -> String?

    package init(_ name: String, problem: @escaping @Sendable () async -> String?) {
        self.name = name
        self.problem = problem
    }
}
