import RelayCore

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

    /// Puts a new key in front of the file's, and returns them all. Where there are several already, a replacement was
    /// begun and did not come to its end: then it goes on with those.
    package static func beginReplacement(at path: String) throws(MasterKeyError) -> MasterKeys {
        let keys = try loadOrCreate(at: path)
        guard keys.all.count == 1 else { return keys }
        try replace(path, by: [generate(), keys.first.text])
        return try load(path)
    }

    /// Takes all keys out of the file but the first. To be called once nothing needs them any more.
    package static func finishReplacement(at path: String) throws(MasterKeyError) {
        try replace(path, by: [load(path).first.text])
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

    private static func create(_ path: String) throws(MasterKeyError) {
        let draft = try writeDraft([generate()], of: path)
        defer { unlink(draft) }
        // Unlike rename(), this leaves alone a file that somebody else has made meanwhile.
        guard link(draft, path) == 0 || errno == EEXIST else {
            throw .file(path: path, operation: "create", errno: errno)
        }
        try syncFolder(of: path)
    }

    private static func replace(_ path: String, by keys: [Secret]) throws(MasterKeyError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .file(path: path, operation: "examine", errno: errno) }
        let draft = try writeDraft(keys, of: path)
        // Written by root, it still belongs to whom it belonged.
        guard geteuid() != 0 || chown(draft, status.st_uid, status.st_gid) == 0, rename(draft, path) == 0 else {
            let reason = errno
            unlink(draft)
            throw .file(path: path, operation: "replace", errno: reason)
        }
        try syncFolder(of: path)
    }

    /// The file as it is to be, in full and under another name, so that nobody ever reads half a key.
    private static func writeDraft(_ keys: [Secret], of path: String) throws(MasterKeyError) -> String {
        let draft = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max))"
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .file(path: path, operation: "create", errno: errno) }
        let text = Array("\(keys.map { $0.reveal() }.joined(separator: ","))\n".utf8)
        let isWritten = write(file, text, text.count) == text.count && fsync(file) == 0
        let reason = errno
        close(file)
        guard isWritten else {
            unlink(draft)
            throw .file(path: path, operation: "write", errno: reason)
        }
        return draft
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
