import FoundationEssentials
import Glibc
import SystemPackage

/// File operations with the module's errors. What gives a file away does not follow a symbolic link to it: root must
/// not be led to give away what lies elsewhere.
enum FileSystem {
    static func absolute(_ path: FilePath) -> FilePath {
        FilePath(FileManager.default.currentDirectoryPath).pushing(path).lexicallyNormalized()
    }

    /// Nil if there is nothing. Follows links, and is only for looking.
    static func status(of path: FilePath) throws(EmbeddedPostgreSQLError) -> Stat? {
        do throws(Errno) {
            return try Stat(path)
        } catch .noSuchFileOrDirectory, .notDirectory {
            return nil
        } catch {
            throw failure("look at", path, error)
        }
    }

    static func text(of path: FilePath, from offset: Int64 = 0) throws(EmbeddedPostgreSQLError) -> String? {
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
            return try file.closeAfter {
                if offset > 0 { try file.seek(offset: offset, from: .start) }
                return try String(unsafeUninitializedCapacity: 64 * 1024) { buffer in
                    try file.read(into: UnsafeMutableRawBufferPointer(buffer))
                }
            }
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch {
            throw failure("read", path, error)
        }
    }

    static func isEmptyOrMissing(_ directory: FilePath) throws(EmbeddedPostgreSQLError) -> Bool {
        guard try status(of: directory) != nil else { return true }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory.string).isEmpty
        } catch {
            throw failure("list", directory, error)
        }
    }

    /// Nil if the kernel does not tell.
    static func freeBytes(at path: FilePath) -> UInt64? {
        var status = statvfs()
        guard path.withPlatformString({ statvfs($0, &status) }) == 0 else { return nil }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    /// A directory with all above it. What exists stays as it is; what is made above it has mode 0755.
    static func makeDirectories(_ path: FilePath, permissions: mode_t) throws(EmbeddedPostgreSQLError) {
        guard try status(of: path) == nil else { return }
        try makeDirectories(path.removingLastComponent(), permissions: 0o755)
        try attempt("make", path) { mkdir($0, permissions) }
        // The process may have a narrower mask, and then the server's user would not get through.
        try attempt("set the mode of", path) { chmod($0, permissions) }
    }

    /// A directory of mode 0700. Its owner is set even if it exists.
    static func makeDirectory(_ path: FilePath, owner: ServerAccount?) throws(EmbeddedPostgreSQLError) {
        if try status(of: path) == nil {
            try attempt("make", path) { mkdir($0, 0o700) }
        }
        try give(path, to: owner)
    }

    static func makeFile(_ path: FilePath, owner: ServerAccount?) throws(EmbeddedPostgreSQLError) {
        do {
            try FileDescriptor.open(
                path, .writeOnly, options: [.create, .closeOnExec, .noFollow], permissions: [.ownerReadWrite]
            ).close()
        } catch {
            throw failure("make", path, error)
        }
        try give(path, to: owner)
    }

    /// A new directory of mode 0700 with a name that nobody could foresee.
    static func makeTemporaryDirectory(
        prefix: String, owner: ServerAccount?
    ) throws(EmbeddedPostgreSQLError) -> FilePath {
        var template = Array((prefix + "XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw failure("make", FilePath(prefix), Errno(rawValue: errno))
        }
        let path = FilePath(platformString: template)
        try give(path, to: owner)
        return path
    }

    /// Survives a power cut once it has returned.
    static func rename(_ old: FilePath, to new: FilePath) throws(EmbeddedPostgreSQLError) {
        try attempt("rename", old) { oldName in new.withPlatformString { Glibc.rename(oldName, $0) } }
        let parent = new.removingLastComponent()
        do {
            let directory = try FileDescriptor.open(parent, .readOnly, options: [.closeOnExec, .directory])
            try directory.closeAfter {
                guard fsync(directory.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
        } catch {
            throw failure("write to disk", parent, error)
        }
    }

    static func remove(_ file: FilePath) throws(EmbeddedPostgreSQLError) {
        guard try status(of: file) != nil else { return }
        try attempt("remove", file) { unlink($0) }
    }

    static func removeAll(_ directory: FilePath) throws(EmbeddedPostgreSQLError) {
        guard try status(of: directory) != nil else { return }
        do {
            try FileManager.default.removeItem(atPath: directory.string)
        } catch {
            throw failure("remove", directory, error)
        }
    }

    static func failure(_ operation: String, _ path: FilePath, _ cause: any Error) -> EmbeddedPostgreSQLError {
        switch cause {
        case Errno.noSpace, Errno.diskQuotaExceeded: .diskFull(path, whileDoing: "to \(operation) it")
        default: .fileOperation(operation, path, cause: cause)
        }
    }

    private static func give(_ path: FilePath, to owner: ServerAccount?) throws(EmbeddedPostgreSQLError) {
        guard let owner else { return }
        try attempt("give to user \(owner.name)", path) { lchown($0, owner.userID, owner.groupID) }
    }

    private static func attempt(
        _ operation: String, _ path: FilePath, _ call: (UnsafePointer<CChar>) -> CInt
    ) throws(EmbeddedPostgreSQLError) {
        guard path.withPlatformString(call) == 0 else {
            throw failure(operation, path, Errno(rawValue: errno))
        }
    }
}
