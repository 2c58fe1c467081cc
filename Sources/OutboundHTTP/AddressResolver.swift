package import NIOCore
package import RelayCore

/// Turns host names into addresses.
package protocol AddressResolver: Sendable {
    /// All addresses of `name` in the order to try them. May take any time: the caller keeps the deadline and ignores
    /// a late answer. Fails with a `ResolutionError`.
    func addresses(of name: String, on eventLoop: any EventLoop) -> EventLoopFuture<[IPAddress]>
}

package enum ResolutionError: Error, Hashable, CustomStringConvertible {
    /// The system's resolver said so; `reason` is its own text.
    case failed(reason: String)
    case tooManyLookups
    case resolverClosed

    package var description: String {
        switch self {
        case .failed(let reason): reason
        case .tooManyLookups: "too many names are being resolved at once"
        case .resolverClosed: "the resolver is closed"
        }
    }
}
