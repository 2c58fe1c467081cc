/// How many signed orders are stored and answered. Their endpoint is paused: they wait where they are stored.
struct IngestPhase {
    static let merchant = "bench"

    let stage: BenchStage

    func run() async throws -> [Figure] {
        let port = try await FreePort.number(preferring: 0)
        return try await BenchWorker.server(["empty", "--port", "\(port)"], at: port, of: stage) {
            try await stage.withDatabase("ingest") { database in
                try await BenchRelay.apply(Self.file, on: database, of: stage)
                try await database.pause(Self.merchant)
                return try await Pgbench.with(stage, "ingest_pgbench") { pgbench in
                    try await BenchRelay.with(Self.file, on: database, of: stage) { relay in
                        try await measure(relay, database, pgbench, emptyServer: port)
                    }
                }
            }
        }
    }

    /// Nobody is called there.
    static let file = BenchFile(merchants: [.init(name: merchant, url: "http://127.0.0.1:9/")])

    /// Orders a second; throws where one of them is not in the database.
    static func ordersPerSecond(
        _ number: Int, _ relay: BenchRelay, _ database: BenchDatabase, of stage: BenchStage
    ) async throws -> (rate: Double, orders: Int) {
        let load = try await BenchWorker.load(plan(number, port: relay.port, of: stage), of: stage)
        try load.requireAccepted()
        let stored = try await database.stored(load)
        guard stored == load.accepted else { throw BenchFailure.ordersLost(load.accepted - stored) }
        return (load.perSecond, load.accepted)
    }

    private static func plan(_ number: Int, port: Int, of stage: BenchStage) -> LoadPlan {
        LoadPlan(
            port: port, apps: [merchant], prefix: LoadPlan.prefix(number), connections: stage.settings.connections,
            seconds: stage.settings.seconds)
    }

    private func measure(
        _ relay: BenchRelay, _ database: BenchDatabase, _ pgbench: Pgbench?, emptyServer: Int
    ) async throws -> [Figure] {
        var (orders, empty, inserts) = ([Double](), [Double](), [Double]())
        var cost = RelayCost()
        try await stage.rounds(of: .ingest) { round in
            try await database.clear()
            let start = try await RelayCost.start(relay, database)
            let measured = try await Self.ordersPerSecond(round, relay, database, of: stage)
            try await cost.add(since: start, measured.orders, relay, database)
            orders.append(measured.rate)

            let load = try await BenchWorker.load(Self.plan(round, port: emptyServer, of: stage), of: stage)
            try load.requireAccepted()
            empty.append(load.perSecond)
            if let pgbench { inserts.append(try await pgbench.insertsPerSecond()) }
        }
        var figures = [
            Figure(
                phase: .ingest, name: "orders stored and answered", unit: .perSecond, rounds: orders,
                yardstick: Yardstick(name: "empty handler", rounds: empty), target: .atLeast(0.6))
        ]
        if pgbench != nil {
            figures.insert(
                Figure(
                    phase: .ingest, name: "orders stored and answered", unit: .perSecond, rounds: orders,
                    yardstick: Yardstick(name: "pgbench, single rows", rounds: inserts), target: .atLeast(1.5)),
                at: 0)
        }
        return figures + cost.figures(of: .ingest)
    }
}
