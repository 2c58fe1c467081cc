import RelayCore
import SystemPackage

/// A file that an order is added to, a JSON object a line. Lines of several writers do not mix.
struct OrderFile: Sendable {
    private let file: FileDescriptor

    init(path: String) throws {
        file = try FileDescriptor.open(
            FilePath(path), .writeOnly, options: [.append, .create],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
    }

    func append(_ order: JSON) throws {
        // In one write, which is what keeps the lines apart.
        try file.writeAll(order.serialized() + [UInt8(ascii: "\n")])
    }

    func close() throws {
        try file.close()
    }
}
