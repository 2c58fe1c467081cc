import HummingbirdCore
import Metrics
import NIOCore
import NIOPosix
import Platforms
import RelayCore
import ServiceLifecycle
import Testing

@testable import Server

/// Where all metrics of the test process go.
enum TestMetrics {
    static let registry = {
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        return registry
    }()

    /// Of everything that ran in this process so far; 0 where it was not counted yet.
    static func value(_ series: String) -> Double {
        let line = registry.text().split(separator: "\n").first { $0.hasPrefix(series + " ") }
        return line.flatMap { Double($0.dropFirst(series.count + 1)) } ?? 0
    }
}

/// The platforms' door on a free port, with parts that only remember.
struct RunningServer {
    let port: Int
    let inbox: RecordingInbox
    let outcomes: RecordingOutcomes
    let log: LogLines
    /// How many connections the door has.
    let openConnections: @Sendable () -> Int

    static let issue = "/in/teahouse-rrx/goods/issue"

    static func run(
        inbox: RecordingInbox = RecordingInbox(), outcomes: RecordingOutcomes = RecordingOutcomes(),
        library: RecordingLibrary = RecordingLibrary(), keys: RecordingKeys = RecordingKeys(),
        rejections: RecordingRejections = RecordingRejections(),
        directory configured: Directory? = nil, patience: TimeAmount = .seconds(10),
        limits: ConnectionLimits? = nil, proxies: [String] = [], certificate: ServerCertificate? = nil,
        bodyMemory: Int = 64 << 20, _ body: (RunningServer) async throws -> Void
    ) async throws {
        _ = TestMetrics.registry
        let log = LogLines()
        let directory = try configured ?? directory()
        let proxies = try proxies.map { try CIDR($0) }
        var door: PlatformServer?
        try await serving(beside: certificate) { onRunning in
            let server = PlatformServer(
                host: "127.0.0.1", port: 0, platforms: PlatformList.all,
                intake: Intake(
                    inbox: inbox, lanes: FewLanes(free: [erp]), outcomes: outcomes,
                    ids: EventIDSource(clock: { 1_700_000_000_000 }), logger: log.logger),
                goodsLibrary: library, callbackKeys: keys, rejections: rejections,
                directory: { directory }, unixMilliseconds: { 1_700_000_000_000 }, certificate: certificate,
                proxies: TrustedProxies(proxies), limits: limits ?? ConnectionLimits(patience: patience),
                bodyMemory: bodyMemory, group: MultiThreadedEventLoopGroup.singleton, logger: log.logger,
                onRunning: onRunning)
            door = server
            return server
        } body: { port in
            let door = try #require(door)
            try await body(
                RunningServer(
                    port: port, inbox: inbox, outcomes: outcomes, log: log, openConnections: { door.openConnections }))
        }
        #expect(outcomes.isQuiet, "every expected outcome was dismissed")
    }

    func connect(_ body: (RawConnection) async throws -> Void) async throws {
        try await RawConnection.open(to: port, body)
    }

    /// What was logged of refused calls.
    var refusals: [String] { log.all.filter { $0.hasPrefix("a call was refused") } }
}

/// Runs a server for as long as `body` runs, and tells it the port.
func serving(
    beside other: (any Service)? = nil,
    _ make: (@escaping @Sendable (Int?) async -> Void) -> some Service, body: (Int) async throws -> Void
) async throws {
    let ports = AsyncStream.makeStream(of: Int.self)
    let server = make { ports.continuation.yield($0 ?? 0) }
    let services: [any Service] = (other.map { [$0] } ?? []) + [server]
    let group = ServiceGroup(configuration: .init(services: services, logger: LogLines().logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
            defer { ports.continuation.finish() }
            try await group.run()
        }
        var iterator = ports.stream.makeAsyncIterator()
        let port = try #require(await iterator.next())
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(port))
        } catch {
            result = .failure(error)
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        try result.get()
    }
}
