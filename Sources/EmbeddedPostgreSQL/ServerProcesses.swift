import FoundationEssentials
package import SystemPackage

/// The processes of a server, found without trusting the number that a server may have left behind.
package enum ServerProcesses {
    /// Every PostgreSQL process that works in a cluster: a server and its backends all have it as working directory.
    ///
    /// In no particular order; as far as the caller may see them.
    package static func inside(_ cluster: FilePath) throws(EmbeddedPostgreSQLError) -> [Int32] {
        guard let place = try FileSystem.status(of: cluster) else { return [] }
        let entries: [String]
        do {
            entries = try FileManager.default.contentsOfDirectory(atPath: "/proc")
        } catch {
            throw .fileOperation("list", "/proc", cause: error)
        }
        return entries.compactMap(Int32.init).filter { process in
            let root = FilePath("/proc/\(process)")
            // What cannot be read here has ended meanwhile, or is another user's and no server of ours.
            guard let directory = try? FileSystem.status(of: root.appending("cwd")), directory.inode == place.inode,
                directory.deviceID == place.deviceID
            else { return false }
            return (try? FileSystem.text(of: root.appending("comm"))) == "postgres\n"
        }
    }
}
