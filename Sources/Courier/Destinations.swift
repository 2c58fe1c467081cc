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
        var platforms: [AppID: any Platform] = [:]
        /// Those that nobody calls any more and that still have calls in flight.
        var retiring: [HTTPDestination] = []
        var allowedNetworks: [String] = []
    }

    private let state = Mutex(State())
    private let platforms: [String: any Platform]
    private let outside: Outside
    private let tokens: TokenDesk
    private let logger: Logger
    private let retired = Mailbox<HTTPDestination>()

    init(platforms: [any Platform], outside: Outside, tokens: TokenDesk, logger: Logger) {
        self.platforms = Dictionary(uniqueKeysWithValues: platforms.map { ($0.name, $0) })
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

    func platform(of app: AppID) -> (any Platform)? {
        state.withLock { $0.platforms[app] }
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
                    state.destinations[endpoint.id] = Destination(endpoint, keeping: kept)
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
            state.platforms = directory.appsByID.compactMapValues { platforms[$0.platform] }
            state.platforms[OwnHouse.app] = platforms[OwnHouse.platform]
            state.allowedNetworks = directory.allowedPrivateNetworks
            let retired = old.filter { $0.value.http !== state.destinations[$0.key]?.http }.map(\.value.http)
            state.retiring += retired
            return retired
        }
        for destination in retired { _ = self.retired.put(destination) }
    }

    /// Closes what nobody calls any more, as it comes, until all is closed.
    func closeRetired() async {
        while true {
            let batch = await retired.take(atMost: 16)
            if batch.isEmpty { break }
            for destination in batch {
                await destination.close()
                state.withLock { $0.retiring.removeAll { $0 === destination } }
            }
        }
    }

    /// Ends all calls at once, and has everything closed.
    func cutShort() {
        let (last, retiring) = state.withLock { ($0.destinations.values.map(\.http), $0.retiring) }
        for destination in last + retiring { destination.cutShort() }
        for destination in last { _ = retired.put(destination) }
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
