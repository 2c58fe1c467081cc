import Foundation
import TestSupport
import Testing

enum TestDatabase {
    /// The connection string of a fresh, empty database of the test run's own cluster, in key/value form, to which
    /// tests can append settings.
    static func make() async throws -> String {
        let database = try await TestCluster.shared().createDatabase()
        let url = try #require(URLComponents(string: database.url))
        let host = try #require(url.host)
        let port = try #require(url.port)
        let user = try #require(url.user)
        return "host=\(host) port=\(port) user=\(user) dbname=\(database.name)"
    }
}
