import ArgumentParser
import Hummingbird
import HummingbirdCore

/// `127.0.0.1:8080`, `[::1]:8080`, `localhost:0`.
struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    var host: String
    var port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// - Parameter setting: named in the error.
    init(_ text: String, setting: String) throws {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port), colon > text.startIndex
        else {
            throw ValidationError("\(setting): \"\(text)\" is not an address like 127.0.0.1:8080")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        self.init(host: String(host), port: port)
    }

    var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    var bindAddress: BindAddress {
        .hostname(host, port: port)
    }
}

extension ListenAddress {
    /// With the port that 0 became.
    func bound(to port: Int?) -> ListenAddress {
        ListenAddress(host: host, port: port ?? self.port)
    }

    /// As seen from this machine: whoever listens on every address of it is reached at its loopback address.
    var reachable: ListenAddress {
        switch host {
        case "0.0.0.0": ListenAddress(host: "127.0.0.1", port: port)
        case "::": ListenAddress(host: "::1", port: port)
        default: self
        }
    }
}
