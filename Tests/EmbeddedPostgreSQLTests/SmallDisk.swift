import Foundation
import Glibc
import SystemPackage
import TestSupport

/// A file system in memory that is soon full.
enum SmallDisk {
    static func isPossible() async throws -> Bool {
        do {
            try await with(megabytes: 1) { _ in }
            return true
        } catch is Errno {
            return false
        }
    }

    static func with(megabytes: Int, _ body: (FilePath) async throws -> Void) async throws {
        let path = try await scratchDirectory().path
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m,mode=711") == 0 else {
            throw Errno(rawValue: errno)
        }
        defer { _ = umount2(path, CInt(MNT_DETACH)) }
        try await body(FilePath(path))
    }
}
