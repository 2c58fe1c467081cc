import Metrics
import NIOCore
import RelayCore
import Synchronization

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
