package import NIOCore

/// What one connection may take of the platforms' door.
package struct ConnectionLimits: Sendable {
    /// At the same time, of all addresses together.
    package var connections: Int
    /// At the same time, of one IPv4 address or one /64 of IPv6; nil for as many as there are. Trusted proxies have no limit.
    package var connectionsPerAddress: Int?
    /// For the handshake and the first head, for each body, and for taking answers, each as a whole: whatever drips in
    /// meanwhile does not lengthen it.
    package var patience: TimeAmount
    /// From an answer to the whole head of the next call.
    package var idle: TimeAmount
    /// For a caller to hear the last answer before the connection is closed although he is still sending.
    package var farewell: TimeAmount

    package static let defaultConnections = 10_000

    package init(
        connections: Int = Self.defaultConnections, connectionsPerAddress: Int? = 512,
        patience: TimeAmount = .seconds(10),
        idle: TimeAmount = .seconds(60), farewell: TimeAmount = .seconds(1)
    ) {
        self.connections = connections
        self.connectionsPerAddress = connectionsPerAddress
        self.patience = patience
        self.idle = idle
        self.farewell = farewell
    }
}
