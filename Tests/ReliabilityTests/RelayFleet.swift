import Foundation
import NIOCore
import NIOPosix
import OutboundHTTP
import Platforms
import RelayCore
import Synchronization
import TestSupport

/// The relays of a run, each behind an address that platforms know, and with a link to the database of its own.
final class RelayFleet: Sendable {
    /// Where the calls of platforms go in; stays when its relay is replaced by another.
    struct Gate: Sendable {
        let relay: RelayProcess
        let destination: HTTPDestination
        /// Between the relay and its database, where that is reached by a Unix socket.
        let databaseLink: FaultyLink?
    }

    private struct State {
        var count = 0
        var started: [Gate] = []
        var gates: [Gate] = []
    }

    private let environment: [String: String]
    private let directory: URL
    private let resolver = SystemResolver(threadCount: 1)
    private let state = Mutex(State())

    /// - Parameter environment: of each relay, but that `DATABASE_URL` leads over the relay's link.
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
        let started = state.withLock { $0.started }
        for gate in started { try await gate.relay.end() }
        for gate in gates { await gate.destination.close() }
        for gate in started { try await gate.databaseLink?.close() }
        resolver.close()
    }

    /// What the relays said that somebody should look at.
    var troubles: [String] {
        get throws {
            try state.withLock { $0.started }.map(\.relay).flatMap { relay in
                try relay.log.split(separator: "\n").filter { $0.contains(" error ") || $0.contains("too late") }
                    .suffix(10).map { "\(relay.name): \($0)" }
            }
        }
    }

    private func makeGate() async throws -> Gate {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        var environment = environment
        var link: FaultyLink?
        if let database = environment["DATABASE_URL"].flatMap(DatabaseSocket.init) {
            let opened = try await FaultyLink.open(to: database.address)
            environment["DATABASE_URL"] = database.url(throughPort: opened.port)
            link = opened
        }
        let relay = try RelayProcess(named: "relay-\(number)", environment: environment, in: directory)
        let url: HTTPURL
        do {
            url = try HTTPURL("http://127.0.0.1:\(try await relay.port)")
        } catch {
            try await relay.end()
            try await link?.close()
            throw error
        }
        let destination = HTTPDestination(
            origin: url.origin, maxConnections: 512, policy: AddressPolicy(allowedNetworks: [try CIDR("127.0.0.0/8")]),
            resolver: resolver, tls: try TLSTrust(), group: MultiThreadedEventLoopGroup.singleton)
        let gate = Gate(relay: relay, destination: destination, databaseLink: link)
        state.withLock { $0.started.append(gate) }
        return gate
    }
}
