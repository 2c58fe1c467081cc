/// Why there is no master key. Holds nothing of a key.
package enum MasterKeyError: Error, Hashable {
    /// `position` counts from 1.
    case notBase64(position: Int)
    case wrongLength(position: Int, bytes: Int)
    /// `mode` is the file's permission bits.
    case fileReadableByOthers(path: String, mode: UInt32)
    /// `errno` tells why.
    case file(path: String, operation: String, errno: Int32)
}

extension MasterKeyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notBase64(let position):
            "master key \(position) is not base64; a key is 32 random bytes in base64 (openssl rand -base64 32)"
        case .wrongLength(let position, let bytes):
            "master key \(position) has \(bytes) bytes, not 32 (openssl rand -base64 32 makes one)"
        case .fileReadableByOthers(let path, let mode):
            "others may read the master key in \(path) (mode 0\(String(mode, radix: 8))): chmod 600 \(path)"
        case .file(let path, let operation, let errno):
            "cannot \(operation) the master key's file \(path): \(errorText(errno))"
        }
    }
}
