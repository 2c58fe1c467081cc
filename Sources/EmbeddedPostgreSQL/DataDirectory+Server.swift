import SystemPackage

/// The server that a start found in its data directory.
enum FoundServer {
    /// Ready for connections.
    case running(Postmaster)
    case none
}

extension DataDirectory {
    /// Waits until the server that an earlier relay left takes connections or is gone altogether.
    ///
    /// A server whose postmaster was killed is gone only when its last backend is: a new one beside it would ruin the
    /// cluster.
    func awaitServer() async throws(EmbeddedPostgreSQLError) -> FoundServer {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(600)
        while true {
            let processes = try ServerProcesses.inside(cluster)
            let postmaster = try postmaster()
            if let postmaster, postmaster.isReady, processes.contains(postmaster.processID) {
                return .running(postmaster)
            }
            guard let process = processes.first else {
                // No process of the server is left. Its number may since belong to another program (in a container it
                // usually does), and PostgreSQL would take that for the server.
                try FileSystem.remove(cluster.appending(Postmaster.fileName))
                try FileSystem.remove(sockets.appending(SocketDirectory.lockName))
                return .none
            }
            guard clock.now < deadline else { throw .busy(directory: cluster, processID: process) }
            do {
                try await clock.sleep(for: .milliseconds(50))
            } catch {
                throw .cancelled
            }
        }
    }

    func runningServer() throws(EmbeddedPostgreSQLError) -> Postmaster? {
        guard let postmaster = try postmaster() else { return nil }
        return try ServerProcesses.inside(cluster).contains(postmaster.processID) ? postmaster : nil
    }

    private func postmaster() throws(EmbeddedPostgreSQLError) -> Postmaster? {
        try FileSystem.text(of: cluster.appending(Postmaster.fileName)).flatMap(Postmaster.init)
    }
}
