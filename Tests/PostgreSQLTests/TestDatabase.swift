import TestSupport

enum TestDatabase {
    /// The connection string of a fresh, empty database of the test run's own cluster, in key/value form.
    static func make() async throws -> String {
        try await TestCluster.shared().createDatabase().url
    }
}
