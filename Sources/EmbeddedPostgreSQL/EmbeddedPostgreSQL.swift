package import Logging
package import SystemPackage

/// A PostgreSQL server of the relay's own, in a directory of the relay's own, reached by a Unix socket only.
///
/// The server runs in its own session. A Ctrl-C at the terminal does not reach it, so the relay can write its last
/// outcomes before it stops the server; a relay that is killed leaves it running, and the next start adopts it.
package struct EmbeddedPostgreSQL: Sendable {
    /// For libpq and `psql`. The database exists; its schema is the caller's business.
    package var connectionURL: String { connectionURL(to: SocketDirectory.database) }

    private let directory: DataDirectory
    private let socketDirectory: SocketDirectory
    private let installation: ServerInstallation
    private let account: ServerAccount?
    private let lock: DirectoryLock
    private let logger: Logger

    /// Starts the server of a data directory, making both as needed, or adopts the one that already runs there.
    ///
    /// Returns when the server takes connections; after a crash that is when it has recovered. A start that is
    /// cancelled may leave the server running, for the next start to adopt.
    ///
    /// - Parameter searchPath: folders to look for the server's programs in.
    package static func start(
        in dataDirectory: FilePath, searchPath: [FilePath] = ServerInstallation.defaultSearchPath, logger: Logger
    ) async throws(EmbeddedPostgreSQLError) -> EmbeddedPostgreSQL {
        let directory = DataDirectory(dataDirectory)
        let account = try ServerAccount.forCluster(at: directory.cluster)
        try directory.create(for: account)
        let lock = try DirectoryLock(directory.lock)
        try await account?.requireWay(to: directory.path)
        try directory.prepare(for: account)

        let installation = try await ServerInstallation.find(for: directory, in: searchPath)
        if try !directory.hasCluster() {
            logger.info("making a PostgreSQL cluster", metadata: ["directory": "\(directory.cluster)"])
            try await directory.createCluster(with: installation, as: account)
        }

        let socketDirectory: SocketDirectory
        switch try await directory.awaitServer() {
        case .running(let postmaster):
            socketDirectory = SocketDirectory(of: postmaster, in: directory)
            logger.notice(
                "adopted the PostgreSQL server that an earlier relay left running",
                metadata: ["directory": "\(directory.cluster)", "pid": "\(postmaster.processID)"])
        case .none:
            socketDirectory = try SocketDirectory(for: directory, owner: account)
            try await launch(installation, in: directory, socketDirectory: socketDirectory, as: account)
            logger.info(
                "PostgreSQL \(installation.major) started", metadata: ["directory": "\(directory.cluster)"])
        }
        return EmbeddedPostgreSQL(
            directory: directory, socketDirectory: socketDirectory, installation: installation, account: account,
            lock: lock, logger: logger)
    }

    /// For another database of the same server.
    package func connectionURL(to database: String) -> String {
        socketDirectory.connectionURL(to: database)
    }

    /// Ends the server's sessions, writes a checkpoint and ends the server. To be called after its last client is done.
    ///
    /// Cancellation does not shorten it. Nothing happens if the server is gone already.
    package func stop() async throws(EmbeddedPostgreSQLError) {
        // A task of its own, and awaited on the spot: whoever stops the relay has often cancelled the calling task,
        // and in there pg_ctl would be killed before the server has stopped.
        let stopped = await Task { () -> Result<Void, EmbeddedPostgreSQLError> in
            do throws(EmbeddedPostgreSQLError) {
                return .success(try await end())
            } catch {
                return .failure(error)
            }
        }.value
        try stopped.get()
    }

    private func end() async throws(EmbeddedPostgreSQLError) {
        guard try directory.runningServer() != nil else {
            return lock.release()
        }
        let stop = try await ServerCommand(installation.control, as: account, in: directory.path)
            .run("stop", "-D", directory.clusterName, "-m", "fast", "-w", "-t", "120", "-s")
        guard stop.isSuccess else {
            throw .stopFailed(directory: directory.cluster, output: stop.output)
        }
        try socketDirectory.remove()
        lock.release()
        logger.info("PostgreSQL stopped", metadata: ["directory": "\(directory.cluster)"])
    }

    private static func launch(
        _ installation: ServerInstallation, in directory: DataDirectory, socketDirectory: SocketDirectory,
        as account: ServerAccount?
    ) async throws(EmbeddedPostgreSQLError) {
        let log = ServerLog(directory.log)
        let sizeBefore = try log.size()
        // Every path is relative to the data directory: pg_ctl hands them to a shell, where a `$` or a quote in the
        // data directory's name would do harm.
        let start = try await ServerCommand(installation.control, as: account, in: directory.path).run(
            "start", "-D", directory.clusterName, "-l", directory.logName, "-w", "-t", "600", "-s",
            "-o", ServerSettings.commandLine(socketDirectory: socketDirectory.asSeenByServer))
        guard !start.isSuccess else { return }
        let lines = try log.relevantLines(since: sizeBefore)
        if directory.isFull(accordingTo: lines) {
            throw .diskFull(directory.path, whileDoing: "starting PostgreSQL")
        }
        throw .startFailed(directory: directory.cluster, log: directory.log, lines: lines.isEmpty ? start.lines : lines)
    }
}
