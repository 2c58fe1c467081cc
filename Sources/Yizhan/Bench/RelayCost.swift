/// What orders cost the relay and the database, round by round.
struct RelayCost: Sendable {
    private var cpuMicroseconds: [Double] = []
    private var walBytes: [Double] = []
    private var statements: [Double] = []
    private var residentMegabytes: [Double] = []

    struct Start: Sendable {
        fileprivate let usage: ProcessUsage
        fileprivate let work: BenchDatabase.Work
    }

    static func start(_ relay: BenchRelay, _ database: BenchDatabase) async throws -> Start {
        Start(usage: try relay.usage, work: try await database.work())
    }

    /// - Parameter orders: that came since.
    mutating func add(since start: Start, _ orders: Int, _ relay: BenchRelay, _ database: BenchDatabase) async throws {
        let usage = try relay.usage
        let work = try await database.work()
        let orders = Double(max(orders, 1))
        cpuMicroseconds.append(Double((usage.cpu - start.usage.cpu).microseconds) / orders)
        walBytes.append(Double(work.walBytes - start.work.walBytes) / orders)
        statements.append(Double(work.statements - start.work.statements) / orders)
        residentMegabytes.append(Double(usage.residentBytes) / 1_048_576)
    }

    func figures(of phase: BenchPhase) -> [Figure] {
        [
            Figure(phase: phase, name: "CPU of the relay per order", unit: .cpuMicroseconds, rounds: cpuMicroseconds),
            Figure(phase: phase, name: "write-ahead log per order", unit: .bytes, rounds: walBytes),
            Figure(phase: phase, name: "SQL statements", unit: .perOrder, rounds: statements),
            Figure(
                phase: phase, name: "resident memory of the relay, after it", unit: .megabytes,
                rounds: residentMegabytes),
        ]
    }
}
