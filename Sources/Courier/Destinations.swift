import Logging
import OutboundHTTP
import RelayCore
import Synchronization
import YouzanAPI

/// The destinations of the endpoints that are configured, kept over changes that do not concern them.
final class Destinations: Sendable {
    private struct State {
        var destinations: [EndpointID: Destination] = [:]
        var unusable: [EndpointID: (endpoint: Endpoint, reason: String)] = [:]
        var platformNames: [AppID: String] = [:]
        var allowedNetworks: [String] = []
    }

    private let state = Mutex(State())
    private let outside: Outside
    private let tokens: TokenDesk
    private let logger: Logger
    /// Destinations that nobody calls any more, to be closed.
    let retired = Mailbox<HTTPDestination>()

    init(outside: Outside, tokens: TokenDesk, logger: Logger) {
        self.outside = outside
        self.tokens = tokens
        self.logger = logger
    }

    enum Lookup {
        case found(Destination)
        /// The endpoint is configured but cannot be called.
        case unusable(Endpoint, reason: String)
        case unknown
    }

    func look(up endpoint: EndpointID) -> Lookup {
        state.withLock { state in
            if let destination = state.destinations[endpoint] { return .found(destination) }
            if let (endpoint, reason) = state.unusable[endpoint] { return .unusable(endpoint, reason: reason) }
            return .unknown
        }
    }

    /// For people; the number where the endpoint is gone.
    func name(of endpoint: EndpointID) -> String {
        switch look(up: endpoint) {
        case .found(let destination): destination.endpoint.name
        case .unusable(let endpoint, _): endpoint.name
        case .unknown: "\(endpoint.number)"
        }
    }

    func platformName(of app: AppID) -> String? {
        state.withLock { $0.platformNames[app] }
    }

    func configure(_ directory: Directory) {
        let policy = policy(directory.allowedPrivateNetworks)
        let retired = state.withLock { state -> [HTTPDestination] in
            let old = state.destinations
            let samePolicy = state.allowedNetworks == directory.allowedPrivateNetworks
            state.destinations = [:]
            state.unusable = [:]
            for endpoint in directory.endpoints.values {
                if samePolicy, let kept = old[endpoint.id], kept.endpoint.isCalledLike(endpoint) {
                    state.destinations[endpoint.id] = kept.configured(endpoint)
                    continue
                }
                do {
                    state.destinations[endpoint.id] = try Destination(
                        endpoint, policy: policy, outside: outside, tokens: tokens)
                } catch {
                    state.unusable[endpoint.id] = (endpoint, "\(error)")
                    logger.error(
                        "an endpoint cannot be called", metadata: ["endpoint": "\(endpoint.name)", "error": "\(error)"])
                }
            }
            state.platformNames = directory.appsByID.mapValues(\.platform)
            state.platformNames[OwnHouse.app] = OwnHouse.platform
            state.allowedNetworks = directory.allowedPrivateNetworks
            return old.filter { $0.value.http !== state.destinations[$0.key]?.http }.map(\.value.http)
        }
        for destination in retired { _ = self.retired.put(destination) }
    }

    func retireAll() {
        let all = state.withLock { state in
            defer { state.destinations = [:] }
            return state.destinations.values.map(\.http)
        }
        for destination in all { _ = retired.put(destination) }
        retired.close()
    }

    private func policy(_ networks: [String]) -> AddressPolicy {
        AddressPolicy(networks: networks) { network, error in
            logger.error(
                "an entry of allow_private_networks is not a network, and allows nothing",
                metadata: ["network": "\(network)", "error": "\(error)"])
        }
    }
}

extension Endpoint {
    /// Whether connections made for the other serve this one as well.
    fileprivate func isCalledLike(_ other: Endpoint) -> Bool {
        self.url == other.url && self.format == other.format && self.maxInFlight == other.maxInFlight
            && self.tls == other.tls
    }
}
