import Glibc
package import Logging
package import SystemPackage

extension EmbeddedPostgreSQL {
    /// `.yizhan` in the working directory; as root in a working directory that the server's user cannot reach (`/root`,
    /// say), a place that it can. What it says no to is in the log.
    package static func defaultDirectory(
        workingDirectory: FilePath = ".", fallback: FilePath = "/var/lib/yizhan", logger: Logger
    ) async throws(EmbeddedPostgreSQLError) -> FilePath {
        let directory = FileSystem.absolute(workingDirectory.appending(".yizhan"))
        guard geteuid() == 0 else { return directory }
        let exists = try FileSystem.status(of: directory) != nil
        let place = exists ? directory : directory.removingLastComponent()
        let account = try ServerAccount.unprivileged()
        guard let obstacle = try await account.obstacle(on: place) else { return directory }
        logger.notice(
            "the working directory is closed to PostgreSQL's user, so the data is kept elsewhere",
            metadata: ["directory": "\(fallback)", "user": "\(account.name)", "closed": "\(obstacle)"])
        return fallback
    }
}
