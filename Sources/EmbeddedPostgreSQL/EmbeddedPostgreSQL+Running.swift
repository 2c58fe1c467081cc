package import SystemPackage

extension EmbeddedPostgreSQL {
    /// Where the server of a data directory takes connections; nil if it does not run.
    package static func connectionURL(
        ofRunningIn dataDirectory: FilePath
    ) throws(EmbeddedPostgreSQLError) -> String? {
        let directory = DataDirectory(dataDirectory)
        guard let postmaster = try directory.runningServer(), postmaster.isReady else { return nil }
        return SocketDirectory(of: postmaster, in: directory).connectionURL(to: SocketDirectory.database)
    }
}
