package import RelayCore

/// Why a call has no answer. The descriptions hold no target, header value or body.
package enum HTTPFailure: Error, Hashable, Sendable {
    /// Nothing was sent: the call cannot be written as HTTP.
    case invalidCall(reason: String)
    case destinationClosed
    case nameNotResolved(name: String, reason: String)
    /// The address policy refused every address of the host; this is the first.
    case addressRefused(IPAddress, reason: String)
    case connectRefused(IPAddress)
    case connectFailed(IPAddress, reason: String)
    /// Whom the call is for has not been reached, and may not know of it.
    case proxyFailed(OutboundProxy, ProxyFailure)
    /// The time for resolving, connecting and TLS together ran out.
    case connectTimedOut(HTTPPhase)
    case tlsFailed(TLSFailure)
    /// The time for the whole call ran out.
    case timedOut(HTTPPhase)
    /// The peer may have acted on the request.
    case closedBeforeAnswer
    /// At least one byte of the answer had arrived.
    case closedDuringAnswer
    case headTooLarge
    case malformedAnswer(reason: String)
    /// The task of the call was cancelled, or all calls of its destination were cut short.
    case cancelled
}

extension HTTPFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidCall(let reason): "the call cannot be sent: \(reason)"
        case .destinationClosed: "the destination is closed"
        case .nameNotResolved(let name, let reason): "the name \(name) could not be resolved: \(reason)"
        case .addressRefused(let address, let reason): "calls to \(address) are not allowed: it \(reason)"
        case .connectRefused(let address): "\(address) refused the connection"
        case .connectFailed(let address, let reason): "connecting to \(address) failed: \(reason)"
        case .proxyFailed(let proxy, let failure): "the outbound proxy \(proxy) \(failure)"
        case .connectTimedOut(let phase): "the time to connect ran out while \(phase)"
        case .tlsFailed(let failure): "TLS failed: \(failure)"
        case .timedOut(let phase): "the time for the call ran out while \(phase)"
        case .closedBeforeAnswer: "the connection was closed before an answer came"
        case .closedDuringAnswer: "the connection was closed in the middle of the answer"
        case .headTooLarge: "the answer's head is larger than \(HTTPAnswer.maximumHeadByteCount / 1024) KiB"
        case .malformedAnswer(let reason): "the answer is not valid HTTP: \(reason)"
        case .cancelled: "the call was cancelled"
        }
    }
}
