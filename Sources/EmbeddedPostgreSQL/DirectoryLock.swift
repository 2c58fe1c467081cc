import Glibc
import Synchronization
import SystemPackage

/// Keeps two relays from sharing a data directory. The kernel gives it up when its holder ends, however it ends.
final class DirectoryLock: Sendable {
    private let file: Mutex<FileDescriptor?>

    init(_ path: FilePath) throws(EmbeddedPostgreSQLError) {
        let file: FileDescriptor
        do {
            // Closed on exec: a server that inherited it would hold the lock beyond the relay's end.
            file = try .open(
                path, .readWrite, options: [.create, .closeOnExec, .noFollow], permissions: [.ownerReadWrite])
        } catch {
            throw FileSystem.failure("open", path, error)
        }
        self.file = Mutex(file)
        guard flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            let reason = Errno(rawValue: errno)
            guard reason == .wouldBlock else { throw FileSystem.failure("lock", path, reason) }
            let holder = try FileSystem.text(of: path) ?? ""
            throw .inUse(directory: path.removingLastComponent(), processID: String(holder.prefix { $0 != "\n" }))
        }
        do {
            try file.resize(to: 0)
            try file.writeAll("\(getpid())\n".utf8)
        } catch {
            throw FileSystem.failure("write", path, error)
        }
    }

    deinit {
        release()
    }

    func release() {
        file.withLock { file in
            // Before closing: a child of this process that was forked and has not got to its exec has the file open too.
            if let file { flock(file.rawValue, LOCK_UN) }
            // Closing fails only for a descriptor that is not open.
            try? file?.close()
            file = nil
        }
    }
}
