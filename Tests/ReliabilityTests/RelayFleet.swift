import Foundation
import NIOPosix
import OutboundHTTP
import Platforms
import RelayCore
import Synchronization
import TestSupport

/// The relays of a run, each behind an address that platforms know.
final class RelayFleet: Sendable {
    /// Where the calls of platforms go in; stays when its relay is replaced by another.
    struct Gate: Sendable {
        let relay: RelayProcess
        let destination: HTTPDestination
    }

    private struct State {
        var started: [RelayProcess] = []
        var gates: [Gate] = []
    }

    private let environment: [String: String]
    private let directory: URL
    private let resolver = SystemResolver(threadCount: 1)
    private let state = Mutex(State())

    init(environment: [String: String]) async throws {
        self.environment = environment
        directory = try await scratchDirectory()
    }

    var gates: [Gate] {
        state.withLock { $0.gates }
    }

    /// Starts a relay behind a gate of its own, and returns when it answers.
    @discardableResult
    func start() async throws -> RelayProcess {
        let gate = try await makeGate()
        state.withLock { $0.gates.append(gate) }
        return gate.relay
    }

    /// Starts a relay behind the gate of one that has ended.
    func replace(_ ended: RelayProcess) async throws {
        let gate = try await makeGate()
        let old = state.withLock { state -> Gate? in
            guard let index = state.gates.firstIndex(where: { $0.relay === ended }) else { return nil }
            defer { state.gates[index] = gate }
            return state.gates[index]
        }
        await old?.destination.close()
    }

    /// Ends all relays in whatever state they are.
    func end() async throws {
        for relay in state.withLock({ $0.started }) { try await relay.end() }
        for gate in gates { await gate.destination.close() }
        resolver.close()
    }

    /// What the relays said that somebody should look at.
    var troubles: [String] {
        get throws {
            try state.withLock { $0.started }.flatMap { relay in
                try relay.log.split(separator: "\n").filter { $0.contains(" error ") || $0.contains("too late") }
                    .suffix(10).map { "\(relay.name): \($0)" }
            }
        }
    }

    private func makeGate() async throws -> Gate {
        let relay = try state.withLock { state in
            let relay = try RelayProcess(
                named: "relay-\(state.started.count + 1)", environment: environment, in: directory)
            state.started.append(relay)
            return relay
        }
        let url = try HTTPURL("http://127.0.0.1:\(try await relay.port)")
        let destination = HTTPDestination(
            origin: url.origin, maxConnections: 512, policy: AddressPolicy(allowedNetworks: [try CIDR("127.0.0.0/8")]),
            resolver: resolver, tls: try TLSTrust(), group: MultiThreadedEventLoopGroup.singleton)
        return Gate(relay: relay, destination: destination)
    }
}
