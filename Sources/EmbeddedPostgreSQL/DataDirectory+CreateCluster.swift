import SystemPackage

extension DataDirectory {
    /// Makes the cluster with its database beside its place and moves it there when it is complete, so that a relay that
    /// is killed meanwhile leaves nothing that looks like a cluster.
    func createCluster(
        with installation: ServerInstallation, as account: ServerAccount?
    ) async throws(EmbeddedPostgreSQLError) {
        let name = clusterName + ".new"
        let unfinished = path.appending(name)
        try FileSystem.removeAll(unfinished)
        try FileSystem.makeDirectory(unfinished, owner: account)

        let initdb = ServerCommand(installation.initdb, as: account, in: path)
        try await require(
            initdb.run(
                "-D", name, "--username", SocketDirectory.user, "--data-checksums", "--encoding=UTF8",
                // Byte order, which no upgrade of the system's C library changes under an index.
                "--locale=C",
                // Whoever reaches the socket is trusted: its directory has mode 0700, and root, as whom the relay may
                // run while the server does not, has no other name in the database.
                "--auth-local=trust", "--auth-host=reject", "--no-instructions"),
            removing: unfinished)

        // The shell holds the other end of the pipe: a server that ends early must not leave SIGPIPE to the relay.
        let singleUser = ServerCommand("/bin/sh", as: account, in: path)
        try await require(
            singleUser.run(
                "-c", #"echo "CREATE DATABASE $1" | "$0" --single -D "$2" -c exit_on_error=on template1"#,
                installation.server.string, SocketDirectory.database, name),
            removing: unfinished)

        try FileSystem.rename(unfinished, to: cluster)
    }

    private func require(
        _ result: ServerCommand.Result, removing unfinished: FilePath
    ) throws(EmbeddedPostgreSQLError) {
        guard !result.isSuccess else { return }
        let isFull = isFull(accordingTo: result.lines)
        try FileSystem.removeAll(unfinished)
        if isFull {
            throw .diskFull(path, whileDoing: "making a PostgreSQL cluster")
        }
        throw .clusterCreationFailed(directory: cluster, lines: ServerLog.relevant(result.lines))
    }
}
