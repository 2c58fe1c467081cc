import RelayCore
import SystemPackage

/// A file that a line is added to for each call. Lines of several writers do not mix.
struct CallLog {
    private let file: FileDescriptor

    init(path: String) throws {
        file = try FileDescriptor.open(
            FilePath(path), .writeOnly, options: [.append, .create],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
    }

    func append(_ received: ReceivedCall) throws {
        // In one write, which is what keeps the lines apart.
        try file.writeAll(received.json.serialized() + [UInt8(ascii: "\n")])
    }

    func close() throws {
        try file.close()
    }
}
