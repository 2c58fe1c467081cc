import Glibc
import SystemPackage

/// Where everything of the embedded server lies. The relay keeps its master key in the same directory, so only what the
/// server needs belongs to the server's user.
struct DataDirectory {
    let path: FilePath

    let clusterName = "postgresql"
    let logName = "postgresql.log"
    let socketName = "run"

    var cluster: FilePath { path.appending(clusterName) }
    var log: FilePath { path.appending(logName) }
    var sockets: FilePath { path.appending(socketName) }
    var lock: FilePath { path.appending("lock") }

    init(_ path: FilePath) {
        self.path = FileSystem.absolute(path)
    }

    /// - Parameter account: the server's user if that is not the relay's; the way to the cluster is left open to it.
    func create(for account: ServerAccount?) throws(EmbeddedPostgreSQLError) {
        try FileSystem.makeDirectories(path, permissions: account == nil ? 0o700 : 0o711)
    }

    /// Makes what the server writes to beside its cluster.
    func prepare(for account: ServerAccount?) throws(EmbeddedPostgreSQLError) {
        try FileSystem.makeDirectory(sockets, owner: account)
        try FileSystem.makeFile(log, owner: account)
    }

    func hasCluster() throws(EmbeddedPostgreSQLError) -> Bool {
        try clusterMajor() != nil
    }

    /// The major version that made the cluster; nil if there is none yet.
    func clusterMajor() throws(EmbeddedPostgreSQLError) -> Int? {
        if let version = try FileSystem.text(of: cluster.appending("PG_VERSION")) {
            guard let major = Int(version.prefix { $0.isASCII && $0.isNumber }) else { throw .notACluster(cluster) }
            return major
        }
        guard try FileSystem.isEmptyOrMissing(cluster) else { throw .notACluster(cluster) }
        return nil
    }

    /// Whether a failure is the disk's fault. A full disk often has no room for the message that says so.
    func isFull(accordingTo lines: [String]) -> Bool {
        let said = lines.contains { $0.contains("No space left on device") || $0.contains("Disk quota exceeded") }
        return said || FileSystem.freeBytes(at: path).map { $0 < Self.segmentBytes } ?? false
    }

    /// One file of the write-ahead log: with less space the server cannot go on.
    private static let segmentBytes: UInt64 = 16 * 1024 * 1024
}
