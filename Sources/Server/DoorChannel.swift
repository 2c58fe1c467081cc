import HummingbirdCore
import Logging
import Metrics
import NIOCore
import RelayCore
import Synchronization

/// Closes connections at once that are too many. Others take their place in the queue of the system only until they are
/// looked at: a door that stopped accepting would keep everybody waiting.
struct DoorChannel<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base
    let connections: OpenConnections

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        let isAdmitted = connections.admit(channel)
        // An error here would end the whole server: the connection is made ready, and then closed.
        return base.setup(channel: channel, logger: logger).map { value in
            if !isAdmitted { channel.close(promise: nil) }
            return value
        }
    }

    func handle(value: Base.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}

/// The connections to the platforms' door.
final class OpenConnections: Sendable {
    private let count: Mutex<ConnectionCount>
    private let proxies: TrustedProxies
    private let metrics: ConnectionMetrics

    init(limits: ConnectionLimits, proxies: TrustedProxies, metrics: ConnectionMetrics) {
        self.count = Mutex(ConnectionCount(limits: limits))
        self.proxies = proxies
        self.metrics = metrics
    }

    var total: Int { count.withLock { $0.total } }

    /// Whether the connection may stay. It leaves by itself when it is closed.
    func admit(_ channel: any Channel) -> Bool {
        let peer = channel.remoteAddress.flatMap { IPAddress($0) }
        let isTrusted = peer.map { proxies.contain($0) } ?? false
        switch count.withLock({ $0.admit(peer, isTrusted: isTrusted) }) {
        case .admitted:
            channel.closeFuture.whenComplete { _ in self.count.withLock { $0.leave(peer) } }
            return true
        case .full: metrics.full.increment()
        case .addressFull: metrics.addressFull.increment()
        }
        return false
    }
}

extension IPAddress {
    /// Nil for a Unix socket. An IPv6 socket's IPv4 callers have their IPv4 address.
    init?(_ address: SocketAddress) {
        guard let text = address.ipAddress, let parsed = IPAddress(text) else { return nil }
        self = parsed.unmapped
    }
}
