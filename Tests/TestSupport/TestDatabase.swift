import EmbeddedPostgreSQL

package struct TestDatabase: Sendable {
    package let name: String
    /// For libpq and `psql`.
    package let url: String

    init(named name: String, on server: EmbeddedPostgreSQL) {
        self.name = name
        self.url = server.connectionURL(to: name)
    }
}
