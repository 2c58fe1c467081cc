import Synchronization

/// The ports that the servers are bound to, which port 0 leaves open.
struct BoundPorts: Hashable, Sendable {
    var platforms: Int
    var admin: Int
}

/// Tells once, when both servers are bound.
final class PortBoard: Sendable {
    private let ports = Mutex<(platforms: Int?, admin: Int?)>((nil, nil))
    private let onReady: @Sendable (BoundPorts) async -> Void

    init(onReady: @escaping @Sendable (BoundPorts) async -> Void) {
        self.onReady = onReady
    }

    func bound(platforms: Int? = nil, admin: Int? = nil) async {
        let bound = ports.withLock { ports -> BoundPorts? in
            ports.platforms = platforms ?? ports.platforms
            ports.admin = admin ?? ports.admin
            guard let platforms = ports.platforms, let admin = ports.admin else { return nil }
            return BoundPorts(platforms: platforms, admin: admin)
        }
        if let bound { await onReady(bound) }
    }
}
