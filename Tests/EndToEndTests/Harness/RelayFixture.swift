import Foundation
import Synchronization
import TestSupport
import Testing

/// What a test has to itself: a database, a merchant, a `relay.yaml` that is applied, and relays.
struct RelayFixture: Sendable {
    let database: String
    let merchant: RecordingMerchant
    let directory: URL

    let merchantPort: Int
    private let psql: Psql
    private let started: Started

    /// Runs `body` with so many relays on one database; all of it ends with `body`.
    static func with<Result: Sendable>(
        relays count: Int = 1, _ file: RelayFile = RelayFile(),
        merchant script: @escaping RecordingMerchant.Script = { _ in .issued },
        _ body: (RelayFixture) async throws -> Result
    ) async throws -> Result {
        let cluster = try await TestCluster.shared()
        let template = try await cluster.template(named: "end_to_end") { try await migrate($0) }
        return try await cluster.withDatabase(template: template) { database in
            try await with(relays: count, file, on: database, psql: cluster.psql, merchant: script, body)
        }
    }

    /// The same on a database that the test does harm to. Its schema is made here.
    static func with<Result: Sendable>(
        relays count: Int = 1, _ file: RelayFile = RelayFile(), on cluster: StoppableCluster,
        merchant script: @escaping RecordingMerchant.Script = { _ in .issued },
        _ body: (RelayFixture) async throws -> Result
    ) async throws -> Result {
        try await migrate(cluster.url)
        return try await with(relays: count, file, on: cluster.url, psql: cluster.psql, merchant: script, body)
    }

    private static func with<Result: Sendable>(
        relays count: Int, _ file: RelayFile, on database: String, psql: Psql,
        merchant script: @escaping RecordingMerchant.Script, _ body: (RelayFixture) async throws -> Result
    ) async throws -> Result {
        try await RecordingMerchant.with(script) { merchant, merchantPort in
            let fixture = RelayFixture(
                database: database, merchant: merchant, directory: try await scratchDirectory(),
                merchantPort: merchantPort, psql: psql, started: Started())
            let result: Swift.Result<Result, any Error>
            do {
                try await fixture.apply(file).requireSuccess()
                for _ in 0..<count { try await fixture.startRelay() }
                result = .success(try await body(fixture))
            } catch {
                result = .failure(error)
            }
            for relay in fixture.relays { try await relay.crash() }
            return try result.get()
        }
    }

    private static func migrate(_ database: String) async throws {
        try await YizhanCommand.run(["migrate"], database: database).requireSuccess()
    }

    /// In the order in which they were started.
    var relays: [RelayProcess] {
        started.relays.withLock { $0 }
    }

    /// Calls the first relay.
    var platform: PlatformCaller {
        get throws { try platform(of: 0) }
    }

    func platform(of relay: Int) throws -> PlatformCaller {
        PlatformCaller(port: try relays[relay].platformPort)
    }

    /// Returns once it answers.
    /// - Parameter variables: in the place of what every relay has, or besides.
    @discardableResult
    func startRelay(
        _ arguments: [String] = [], _ variables: [String: String] = [:], openFiles: Int? = nil
    ) async throws -> RelayProcess {
        let relay = try RelayProcess.launch(
            arguments, environment: YizhanCommand.environment(database: database, variables), openFiles: openFiles,
            in: directory)
        started.relays.withLock { $0.append(relay) }
        try await relay.waitUntilReady()
        return relay
    }

    func run(_ arguments: String...) async throws -> YizhanCommand.Result {
        try await YizhanCommand.run(arguments, database: database, in: directory)
    }

    func apply(_ file: RelayFile, _ flags: String...) async throws -> YizhanCommand.Result {
        try await apply(file.text(merchantPort: merchantPort), flags)
    }

    func apply(_ text: String, _ flags: [String] = []) async throws -> YizhanCommand.Result {
        let path = directory.appending(path: "relay.yaml")
        try Data(text.utf8).write(to: path)
        return try await YizhanCommand.run(["apply", path.path] + flags, database: database)
    }

    /// The text that was applied last.
    func fileText() throws -> String {
        try String(contentsOf: directory.appending(path: "relay.yaml"), encoding: .utf8)
    }

    /// Everything that is configured, for comparing.
    func configuration() async throws -> String {
        let tables = ["configuration", "merchant", "app", "endpoint", "route", "goods"]
        return try await sql(tables.map { "SELECT * FROM yizhan.\($0) ORDER BY 1, 2;" }.joined(separator: "\n"))
    }

    /// Rows, one a line, columns parted by `|`.
    @discardableResult
    func sql(_ statement: String) async throws -> String {
        try await psql(statement, on: database)
    }

    /// The order's story, one `what: detail` a line.
    func trace(_ orderNo: String) async throws -> String {
        try await sql("SELECT what || ': ' || detail FROM yizhan.trace('\(orderNo)')")
    }

    /// The state of an order's delivery; `open` where it has no outcome.
    func state(of orderNo: String, at endpoint: String = "erp") async throws -> String {
        try await sql(
            """
            SELECT coalesce(o.state, 'open') FROM yizhan.event AS e
            LEFT JOIN yizhan.outcome AS o ON o.event_id = e.id
                AND o.endpoint_id = (SELECT p.id FROM yizhan.endpoint AS p WHERE p.name = '\(endpoint)')
            WHERE e.order_no = '\(orderNo)'
            """)
    }

    func waitForState(_ state: String, of orderNo: String, at endpoint: String = "erp") async throws {
        try await eventually(within: .seconds(30), "order \(orderNo) is \(state) at \(endpoint)") {
            try await self.state(of: orderNo, at: endpoint) == state
        }
    }

    /// What operators get from the first relay.
    func operators(_ path: String) async throws -> PlatformCaller.Reply {
        try await PlatformCaller(port: try relays[0].adminPort).post([], method: "GET", path: path, contentType: nil)
    }

    /// Zero where it was not counted yet.
    func metric(_ series: String) async throws -> Double {
        let line = try await operators("/metrics").text.split(separator: "\n").first { $0.hasPrefix(series + " ") }
        return line.flatMap { Double($0.dropFirst(series.count + 1)) } ?? 0
    }

    /// Shared by the copies of one fixture.
    private final class Started: Sendable {
        let relays = Mutex<[RelayProcess]>([])
    }
}

extension YizhanCommand.Result {
    @discardableResult
    func requireSuccess() throws -> Self {
        guard exitCode == 0 else {
            throw RelayProcess.Failure(description: "exit code \(exitCode ?? -1): \(errors)\(output)")
        }
        return self
    }
}
