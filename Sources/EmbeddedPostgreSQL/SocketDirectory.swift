import FoundationEssentials
import Glibc
import SystemPackage

/// Where the server's socket is: in the data directory, or, when libpq cannot use that one's name, in a short one of its
/// own.
struct SocketDirectory {
    static let user = "postgres"
    static let database = "yizhan"

    /// `sun_path` of Linux holds 108 bytes, the closing zero among them.
    private static let longestPath = 107
    private static let socketName = ".s.PGSQL.\(ServerSettings.port)"

    /// Guards the socket as `postmaster.pid` guards the cluster, and outlives a killed server too.
    static let lockName = socketName + ".lock"

    private let path: FilePath
    private let isTemporary: Bool
    /// What `unix_socket_directories` is set to. Relative to the cluster where possible, which keeps the data
    /// directory's name, whatever its length and characters, out of the server's settings.
    let asSeenByServer: String

    init(for directory: DataDirectory, owner: ServerAccount?) throws(EmbeddedPostgreSQLError) {
        if Self.isUsable(directory.sockets) {
            self.init(in: directory)
        } else {
            let path = try FileSystem.makeTemporaryDirectory(prefix: "/tmp/yizhan-", owner: owner)
            self.init(path: path, isTemporary: true, asSeenByServer: path.string)
        }
    }

    /// The one that a running server uses.
    init(of postmaster: Postmaster, in directory: DataDirectory) {
        if let path = postmaster.socketDirectory, path.hasPrefix("/") {
            self.init(path: FilePath(path), isTemporary: true, asSeenByServer: path)
        } else {
            self.init(in: directory)
        }
    }

    private init(in directory: DataDirectory) {
        self.init(path: directory.sockets, isTemporary: false, asSeenByServer: "../" + directory.socketName)
    }

    private init(path: FilePath, isTemporary: Bool, asSeenByServer: String) {
        self.path = path
        self.isTemporary = isTemporary
        self.asSeenByServer = asSeenByServer
    }

    /// `postgresql://postgres@%2Fvar%2Flib%2Fyizhan%2Frun:5432/yizhan`
    func connectionURL(to database: String) -> String {
        let host = path.string.utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            let isPlain = character.isASCII && (character.isLetter || character.isNumber || "-._~".contains(character))
            return isPlain ? String(character) : "%" + hexadecimal(byte)
        }
        return "postgresql://\(Self.user)@\(host.joined()):\(ServerSettings.port)/\(database)"
    }

    /// Removes a directory that was made for the socket alone.
    func remove() throws(EmbeddedPostgreSQLError) {
        if isTemporary {
            try FileSystem.removeAll(path)
        }
    }

    private func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    private static func isUsable(_ directory: FilePath) -> Bool {
        // A comma parts hosts for libpq, and cannot be escaped.
        directory.appending(socketName).string.utf8.count <= longestPath && !directory.string.contains(",")
    }
}
