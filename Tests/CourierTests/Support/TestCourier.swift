import Courier
import Logging
import NIOPosix
import OutboundHTTP
import Platforms
import RelayCore
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

/// Keeps what is recorded, and says that it is written at once unless it is told to wait.
final class RecordingLedger: Ledger {
    private struct State {
        var reports: [AttemptReport] = []
        var isWaiting = false
        var unwritten: [@Sendable (Bool) -> Void] = []
    }

    private let state = Mutex(State())

    var reports: [AttemptReport] { state.withLock { $0.reports } }

    func report(of delivery: LeasedDelivery) -> AttemptReport? {
        reports.first { $0.delivery.key == delivery.key }
    }

    func keepWaiting() {
        state.withLock { $0.isWaiting = true }
    }

    func write() {
        let unwritten = state.withLock { state in
            state.isWaiting = false
            defer { state.unwritten = [] }
            return state.unwritten
        }
        for isWritten in unwritten { isWritten(false) }
    }

    func record(_ report: AttemptReport, isWritten: @escaping @Sendable (Bool) -> Void) {
        let isWaiting = state.withLock { state in
            state.reports.append(report)
            if state.isWaiting { state.unwritten.append(isWritten) }
            return state.isWaiting
        }
        if !isWaiting { isWritten(false) }
    }
}

/// Keeps which breakers are said to be open.
final class RecordingBreakers: BreakerBoard {
    private let state = Mutex<[EndpointID: String]>([:])

    var open: [EndpointID: String] { state.withLock { $0 } }

    func opened(_ endpoint: EndpointID, reason: String) {
        state.withLock { $0[endpoint] = reason }
    }

    func closed(_ endpoint: EndpointID) {
        state.withLock { $0[endpoint] = nil }
    }
}

/// A courier that runs, with a ledger that keeps what it reports.
struct TestCourier {
    let courier: Courier
    let ledger = RecordingLedger()
    let breakers = RecordingBreakers()
    let tokens = MemoryTokens()
    let wake = Signal()
    private let trust: TLSTrust

    init(
        grace: Duration = .seconds(10), group: MultiThreadedEventLoopGroup = .singleton, logger: Logger = .silent
    ) throws {
        trust = try TLSTrust()
        courier = Courier(
            platforms: PlatformList.all + [OwnAlerts()], ledger: ledger, breakers: breakers, accessTokens: tokens,
            outside: Outside(
                group: group, resolver: SystemResolver(threadCount: 1), trust: trust),
            wake: wake, shutdownGrace: grace, unixMilliseconds: { 1_700_000_000_123 }, logger: logger)
    }

    func configure(_ endpoints: Endpoint..., allow: [String] = ["127.0.0.0/8"]) {
        courier.configure(
            Directory(apps: [app], endpoints: endpoints, allowedPrivateNetworks: allow))
    }

    /// As the inbox or the claimer would: into a slot of the endpoint's lane.
    func begin(_ delivery: LeasedDelivery) throws {
        let slot = courier.takeSlot(of: delivery.key.endpoint, weight: delivery.event.weight)
        courier.begin(delivery, in: try #require(slot))
    }

    func report(
        of delivery: LeasedDelivery, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> AttemptReport {
        try await eventually("\(delivery.event.orderNo) is reported", sourceLocation: sourceLocation) {
            ledger.report(of: delivery) != nil
        }
        return try #require(ledger.report(of: delivery), sourceLocation: sourceLocation)
    }

    /// Runs the courier for as long as `body` runs, and then until it has stopped. `stop` tells it to earlier.
    func run(_ body: (_ stop: @Sendable () async -> Void) async throws -> Void) async throws {
        let group = ServiceGroup(configuration: .init(services: [courier], logger: .silent))
        async let run: Void = group.run()
        do {
            try await body { await group.triggerGracefulShutdown() }
        } catch {
            await group.triggerGracefulShutdown()
            try await run
            throw error
        }
        await group.triggerGracefulShutdown()
        try await run
    }
}
