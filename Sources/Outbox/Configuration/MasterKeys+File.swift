#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

extension MasterKeys {
    /// Reads the keys of a file that its owner alone may read. If there is none, a file with a new key is made first,
    /// with mode 0600, in one step: of two that do this at once, both get the same key.
    package static func loadOrCreate(at path: String) throws(MasterKeyError) -> MasterKeys {
        do {
            return try load(path)
        } catch .file(_, _, ENOENT) {
            try create(path)
            return try load(path)
        }
    }

    private static func load(_ path: String) throws(MasterKeyError) -> MasterKeys {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .file(path: path, operation: "open", errno: errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .file(path: path, operation: "examine", errno: errno) }
        let mode = UInt32(status.st_mode) & 0o777
        guard mode & 0o077 == 0 else { throw .fileReadableByOthers(path: path, mode: mode) }

        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(file, &buffer, buffer.count)
            guard count >= 0 else { throw .file(path: path, operation: "read", errno: errno) }
            if count == 0 { break }
            text += buffer[..<count]
        }
        return try MasterKeys(text: String(decoding: text, as: UTF8.self))
    }

    /// Written in full under another name first, so that nobody ever reads half a key.
    private static func create(_ path: String) throws(MasterKeyError) {
        let draft = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max))"
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .file(path: path, operation: "create", errno: errno) }
        defer { unlink(draft) }
        let text = Array("\(MasterKey.random())\n".utf8)
        let isWritten = write(file, text, text.count) == text.count && fsync(file) == 0
        let reason = errno
        close(file)
        guard isWritten else { throw .file(path: path, operation: "write", errno: reason) }
        // Unlike rename(), this leaves alone a file that somebody else has made meanwhile.
        guard link(draft, path) == 0 || errno == EEXIST else {
            throw .file(path: path, operation: "create", errno: errno)
        }
        try syncFolder(of: path)
    }

    /// A power cut must not take the name of a key that has encrypted something already.
    private static func syncFolder(of path: String) throws(MasterKeyError) {
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "."
        let file = open(String(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw .file(path: path, operation: "save", errno: errno) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw .file(path: path, operation: "save", errno: errno) }
    }
}

func errorText(_ code: Int32) -> String {
    String(cString: strerror(code))
}
