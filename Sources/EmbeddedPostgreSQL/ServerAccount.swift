import Glibc
package import SystemPackage

/// The unprivileged user that the server runs as when the relay runs as root, which PostgreSQL refuses to.
package struct ServerAccount: Sendable {
    let name: String
    package let userID: UInt32
    package let groupID: UInt32

    /// The owner of an existing cluster; for a new one `postgres`, which Debian's package makes, else `nobody`.
    ///
    /// Nil when the relay is not root: then the server runs as the relay's own user.
    package static func forCluster(at cluster: FilePath) throws(EmbeddedPostgreSQLError) -> ServerAccount? {
        let owner = try FileSystem.status(of: cluster)?.userID.rawValue
        guard geteuid() == 0 else {
            if let owner, owner != geteuid() {
                throw .wrongOwner(directory: cluster, owner: owner)
            }
            return nil
        }
        switch owner {
        case .some(0):
            throw .wrongOwner(directory: cluster, owner: 0)
        case .some(let owner):
            guard let account = withID(owner) else {
                throw .wrongOwner(directory: cluster, owner: owner)
            }
            return account
        case .none:
            return try unprivileged()
        }
    }

    static func unprivileged() throws(EmbeddedPostgreSQLError) -> ServerAccount {
        guard let account = named("postgres") ?? named("nobody") else {
            throw .noUnprivilegedAccount
        }
        return account
    }

    /// Throws unless the account may pass every folder down to a directory.
    func requireWay(to directory: FilePath) async throws(EmbeddedPostgreSQLError) {
        if let obstacle = try await obstacle(on: directory) {
            throw .unreachable(directory: directory, obstacle: obstacle, account: name)
        }
    }

    /// The first folder on the way to a directory that the account may not pass.
    ///
    /// The account itself tries, because mode bits are not all there is to it: access lists, mounts.
    func obstacle(on directory: FilePath) async throws(EmbeddedPostgreSQLError) -> FilePath? {
        var folders = [directory]
        while let last = folders.last, last.lastComponent != nil {
            folders.append(last.removingLastComponent())
        }
        let script = #"for folder; do [ -x "$folder" ] || { printf %s "$folder"; exit 1; }; done"#
        let walk = try await ServerCommand("/bin/sh", as: self, in: "/")
            .run(["-c", script, "sh"] + folders.reversed().map(\.string))
        return walk.isSuccess ? nil : FilePath(walk.output)
    }
}

extension ServerAccount {
    private static func named(_ name: String) -> ServerAccount? {
        lookUp { entry, buffer, size, found in getpwnam_r(name, entry, buffer, size, found) }
    }

    private static func withID(_ userID: UInt32) -> ServerAccount? {
        lookUp { entry, buffer, size, found in getpwuid_r(userID, entry, buffer, size, found) }
    }

    private static func lookUp(
        _ query: (
            UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
            UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
        ) -> CInt
    ) -> ServerAccount? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16 * 1024) { buffer in
            guard let base = buffer.baseAddress, query(&entry, base, buffer.count, &found) == 0, let found else {
                return nil
            }
            let account = found.pointee
            return ServerAccount(
                name: String(cString: account.pw_name), userID: account.pw_uid, groupID: account.pw_gid)
        }
    }
}
