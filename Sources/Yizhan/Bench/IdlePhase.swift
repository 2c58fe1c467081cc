/// What a relay takes that has nothing to do: with a thousand endpoints, and with a great many due deliveries for one that is
/// dead.
struct IdlePhase {
    private static let endpoints = 1_000
    private static let dead = "bench-0"
    /// It starts, looks around and calls the dead one before anything is measured.
    private static let settling = Duration.seconds(3)

    let stage: BenchStage

    func run() async throws -> [Figure] {
        let port = try await FreePort.number(preferring: 0)
        let file = BenchFile(
            merchants: (0..<Self.endpoints).map { .init(name: "bench-\($0)", url: "http://127.0.0.1:\(port)/\($0)") })
        return try await stage.withDatabase("idle") { database in
            stage.tell("idle: \(Self.endpoints) endpoints …")
            let idle = try await BenchRelay.with(file, on: database, of: stage) { try await measure($0) }
            stage.tell("idle: \(stage.settings.dueRows) due deliveries for a dead merchant …")
            try await database.addDue(
                stage.settings.dueRows, prefix: "due", app: Self.dead, endpoint: Self.dead,
                form: "app_key=\(Self.dead)&order_no=ORDER&goods_code=zp_001")
            let crowded = try await BenchRelay.with(file, on: database, of: stage) { try await measure($0) }
            let due = "\(stage.settings.dueRows) due for a dead one"
            return [
                Figure(
                    phase: .idle, name: "CPU, \(Self.endpoints) endpoints", unit: .percent, rounds: idle.percent,
                    target: .atMost(1)),
                Figure(
                    phase: .idle, name: "resident memory, \(Self.endpoints) endpoints", unit: .megabytes,
                    rounds: idle.megabytes, target: .atMost(64)),
                Figure(phase: .idle, name: "CPU, \(due)", unit: .percent, rounds: crowded.percent),
                Figure(
                    phase: .idle, name: "resident memory, \(due)", unit: .megabytes, rounds: crowded.megabytes,
                    target: .atMost(128)),
            ]
        }
    }

    private func measure(_ relay: BenchRelay) async throws -> (percent: [Double], megabytes: [Double]) {
        try await Task.sleep(for: Self.settling)
        var (percent, megabytes) = ([Double](), [Double]())
        try await stage.rounds(of: .idle) { _ in
            let (before, start) = (try relay.usage, ContinuousClock.now)
            try await Task.sleep(for: .seconds(stage.settings.seconds))
            let after = try relay.usage
            percent.append(100 * ((after.cpu - before.cpu) / (.now - start)))
            megabytes.append(Double(after.residentBytes) / 1_048_576)
        }
        return (percent, megabytes)
    }
}
