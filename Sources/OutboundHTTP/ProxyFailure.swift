package import RelayCore

/// Why a proxy made no connection. Holds nothing of its answer but the status.
package enum ProxyFailure: Error, Hashable, Sendable {
    case nameNotResolved(reason: String)
    case unreachable(IPAddress, reason: String)
    case refused(status: Int)
    case closed
    case headTooLarge
    case malformedAnswer

    /// Another address of whom is called may do.
    var concernsAddress: Bool {
        switch self {
        case .unreachable, .refused(status: 502), .refused(status: 503), .refused(status: 504): true
        case .nameNotResolved, .refused, .closed, .headTooLarge, .malformedAnswer: false
        }
    }
}

extension ProxyFailure: CustomStringConvertible {
    /// Completes "the outbound proxy …".
    package var description: String {
        switch self {
        case .nameNotResolved(let reason): "has a name that could not be resolved: \(reason)"
        case .unreachable(let address, let reason): "could not be reached at \(address): \(reason)"
        case .refused(status: 407):
            "wants a user name and password, or others than it got (HTTP 407): check YIZHAN_OUTBOUND_PROXY"
        case .refused(let status): "refused to connect (HTTP \(status))"
        case .closed: "closed the connection before it answered"
        case .headTooLarge: "answered with a head larger than \(HTTPAnswer.maximumHeadByteCount / 1024) KiB"
        case .malformedAnswer: "answered with what is not HTTP"
        }
    }
}
