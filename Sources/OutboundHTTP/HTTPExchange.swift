/// What became of a call, and how long each part took.
package struct HTTPExchange: Sendable {
    package let result: Result<HTTPAnswer, HTTPFailure>
    package let timings: HTTPTimings
}

/// A phase is nil when it did not happen, as resolving on a connection that was open already.
package struct HTTPTimings: Hashable, Sendable {
    /// Waiting for one of the destination's connections.
    package fileprivate(set) var queueing: Duration?
    package fileprivate(set) var resolving: Duration?
    /// Through a proxy, until it has connected.
    package fileprivate(set) var connecting: Duration?
    package fileprivate(set) var handshaking: Duration?
    /// From the request's first byte to the answer's.
    package fileprivate(set) var waiting: Duration?
    package fileprivate(set) var reading: Duration?
    package internal(set) var total: Duration = .zero
    /// The connection that served the call, or lost it last, had served another before.
    package internal(set) var isConnectionReused = false

    /// Phases that happen twice, as when a stale connection is replaced, add up.
    mutating func add(_ duration: Duration, to phase: HTTPPhase) {
        switch phase {
        case .queueing: queueing = (queueing ?? .zero) + duration
        case .resolving: resolving = (resolving ?? .zero) + duration
        case .connecting, .tunnelling: connecting = (connecting ?? .zero) + duration
        case .handshaking: handshaking = (handshaking ?? .zero) + duration
        case .waiting: waiting = (waiting ?? .zero) + duration
        case .reading: reading = (reading ?? .zero) + duration
        }
    }
}

package enum HTTPPhase: Hashable, Sendable {
    case queueing
    case resolving
    case connecting
    case tunnelling
    case handshaking
    case waiting
    case reading
}

extension HTTPPhase: CustomStringConvertible {
    /// Completes "time ran out while …".
    package var description: String {
        switch self {
        case .queueing: "waiting for a free connection"
        case .resolving: "resolving the name"
        case .connecting: "connecting"
        case .tunnelling: "connecting through the outbound proxy"
        case .handshaking: "setting up TLS"
        case .waiting: "waiting for the answer"
        case .reading: "reading the answer"
        }
    }
}
