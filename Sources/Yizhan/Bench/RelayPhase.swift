/// How many orders are stored, delivered, settled and answered with their merchant's answer, all at once.
struct RelayPhase {
    private static let merchant = "bench"
    private static let patience = Duration.seconds(60)

    let stage: BenchStage

    func run() async throws -> [Figure] {
        try await BenchSink.with(stage) { sink in
            try await stage.withDatabase("relay") { database in
                try await Pgbench.with(stage, "relay_pgbench") { pgbench in
                    let file = BenchFile(
                        merchants: [
                            .init(name: Self.merchant, url: sink.url(of: 0), wait: "3s", lines: ["max_in_flight: 64"])
                        ])
                    return try await BenchRelay.with(file, on: database, of: stage) { relay in
                        try await measure(relay, database, pgbench)
                    }
                }
            }
        }
    }

    private func measure(
        _ relay: BenchRelay, _ database: BenchDatabase, _ pgbench: Pgbench?
    ) async throws -> [Figure] {
        var (orders, inserts) = ([Double](), [Double]())
        var cost = RelayCost()
        try await stage.rounds(of: .relay) { round in
            try await database.clear()
            let start = try await RelayCost.start(relay, database)
            let load = try await BenchWorker.load(
                LoadPlan(
                    port: relay.port, apps: [Self.merchant], prefix: LoadPlan.prefix(round),
                    connections: stage.settings.connections, seconds: stage.settings.seconds), of: stage)
            try load.requireAccepted()
            try await database.waitUntilDrained(within: Self.patience)
            try await cost.add(since: start, load.accepted, relay, database)
            let course = try await database.course()
            guard course.delivered >= load.accepted else {
                throw BenchFailure.notDrained("only \(course.delivered) of \(load.accepted) orders were delivered")
            }
            orders.append(Double(load.accepted) / course.sinceReceived)
            if let pgbench { inserts.append(try await pgbench.insertsPerSecond()) }
        }
        return [
            Figure(
                phase: .relay, name: "orders relayed, from first call to last outcome", unit: .perSecond,
                rounds: orders,
                yardstick: pgbench.map { _ in Yardstick(name: "pgbench, single rows", rounds: inserts) },
                target: pgbench.map { _ in .atLeast(0.9) })
        ] + cost.figures(of: .relay)
    }
}
