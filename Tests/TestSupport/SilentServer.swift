import Foundation
import Testing

/// A TCP port on loopback that takes connections and never says a word.
package final class SilentServer: Sendable {
    private let listener: Int32
    package let port: UInt16

    package init() throws {
        (listener, port) = try listenOnLoopback()
    }

    deinit { close(listener) }

    /// Returns when somebody has connected.
    package func awaitClient() async throws {
        try await eventually("a client has connected") {
            var descriptor = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            return poll(&descriptor, 1, 0) == 1
        }
    }
}

/// Ports that were free a moment ago, each another.
func freePorts(_ count: Int) throws -> [UInt16] {
    let listeners = try (0..<count).map { _ in try listenOnLoopback() }
    for (listener, _) in listeners { close(listener) }
    return listeners.map(\.port)
}

private func listenOnLoopback() throws -> (listener: Int32, port: UInt16) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { address in
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            bind(listener, address, length) == 0 && listen(listener, 16) == 0
                && getsockname(listener, address, &length) == 0
        }
    }
    guard isListening else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    return (listener, UInt16(bigEndian: address.sin_port))
}
