import FoundationEssentials
package import SystemPackage

/// The programs of one PostgreSQL server, side by side in one folder.
package struct ServerInstallation: Sendable {
    /// 15 of 15.18.
    package let major: Int
    package let programs: FilePath

    var initdb: FilePath { programs.appending("initdb") }
    var control: FilePath { programs.appending("pg_ctl") }
    var server: FilePath { programs.appending("postgres") }

    /// The folders of `PATH`, then Debian's, which keeps its servers out of `PATH`, newest first.
    package static var defaultSearchPath: [FilePath] {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").map { FilePath(String($0)) } + debianFolders()
    }

    private static func debianFolders() -> [FilePath] {
        let root: FilePath = "/usr/lib/postgresql"
        // No such folder: nothing of Debian's here.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.string)) ?? []
        return names.compactMap(Int.init).sorted(by: >).map { root.appending("\($0)").appending("bin") }
    }

    /// The installation for a data directory: the one that made its cluster, or the first one for a new cluster.
    static func find(
        for directory: DataDirectory, in searchPath: [FilePath]
    ) async throws(EmbeddedPostgreSQLError) -> ServerInstallation {
        let installed = try await all(in: searchPath)
        guard let first = installed.first else {
            throw .serverNotFound(searched: searchPath)
        }
        guard let major = try directory.clusterMajor() else {
            return first
        }
        guard let match = installed.first(where: { $0.major == major }) else {
            throw .wrongVersion(directory: directory.cluster, major: major, installed: installed.map(\.major))
        }
        return match
    }

    /// Every installation in some folders, in their order.
    package static func all(in searchPath: [FilePath]) async throws(EmbeddedPostgreSQLError) -> [ServerInstallation] {
        var found: [ServerInstallation] = []
        for folder in searchPath {
            guard let programs = home(in: folder), !found.contains(where: { $0.programs == programs }) else { continue }
            let version = try await ServerCommand(programs.appending("postgres"), as: nil, in: "/").run("--version")
            if let major = majorVersion(in: version.output) {
                found.append(ServerInstallation(major: major, programs: programs))
            }
        }
        return found
    }

    /// The folder where the programs really are. One of them alone may be linked into a folder of `PATH`.
    private static func home(in folder: FilePath) -> FilePath? {
        let link = URL(filePath: folder.appending("initdb").string)
        let programs = FilePath(link.resolvingSymlinksInPath().path).removingLastComponent()
        let isComplete = ["initdb", "pg_ctl", "postgres"].allSatisfy { program in
            FileManager.default.isExecutableFile(atPath: programs.appending(program).string)
        }
        return isComplete ? programs : nil
    }

    /// 15 of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, 18 of `postgres (PostgreSQL) 18beta1`.
    static func majorVersion(in output: String) -> Int? {
        guard let name = output.firstRange(of: "(PostgreSQL) ") else { return nil }
        return Int(output[name.upperBound...].prefix { $0.isASCII && $0.isNumber })
    }
}
