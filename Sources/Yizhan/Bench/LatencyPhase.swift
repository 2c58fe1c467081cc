/// How long platforms wait for their answers at a steady rate, counted from when each call was meant to be sent: calls that
/// wait because others take long are not forgotten. `reply.wait` is 0, and orders are delivered meanwhile.
struct LatencyPhase {
    private static let merchant = "bench"

    let stage: BenchStage

    func run() async throws -> [Figure] {
        let rate = try await rateOfHalfTheLimit()
        return try await BenchSink.with(stage) { sink in
            try await stage.withDatabase("latency") { database in
                try await Pgbench.with(stage, "latency_pgbench") { pgbench in
                    let file = BenchFile(
                        merchants: [.init(name: Self.merchant, url: sink.url(of: 0), lines: ["max_in_flight: 64"])])
                    return try await BenchRelay.with(file, on: database, of: stage) { relay in
                        try await measure(relay, database, pgbench, rate: rate)
                    }
                }
            }
        }
    }

    private func rateOfHalfTheLimit() async throws -> Int {
        if let rate = stage.settings.rate { return rate }
        stage.tell("latency: looking for the limit …")
        return try await stage.withDatabase("latency_limit") { database in
            try await BenchRelay.apply(IngestPhase.file, on: database, of: stage)
            try await database.pause(IngestPhase.merchant)
            return try await BenchRelay.with(IngestPhase.file, on: database, of: stage) { relay in
                let measured = try await IngestPhase.ordersPerSecond(0, relay, database, of: stage)
                return max(Int(measured.rate / 2), 1)
            }
        }
    }

    private func measure(
        _ relay: BenchRelay, _ database: BenchDatabase, _ pgbench: Pgbench?, rate: Int
    ) async throws -> [Figure] {
        var (answers, inserts) = ([Quantiles](), [Quantiles]())
        try await stage.rounds(of: .latency) { round in
            try await database.clear()
            let load = try await BenchWorker.load(
                LoadPlan(
                    port: relay.port, apps: [Self.merchant], prefix: LoadPlan.prefix(round),
                    connections: stage.settings.connections, rate: rate, seconds: stage.settings.seconds), of: stage)
            try load.requireAccepted()
            answers.append(load.latencies)
            if let pgbench { inserts.append(try await pgbench.latencies(rate: rate)) }
        }
        func figure(_ name: String, _ quantile: KeyPath<Quantiles, Int>, _ target: Figure.Target? = nil) -> Figure {
            func milliseconds(_ rounds: [Quantiles]) -> [Double] {
                rounds.map { Double($0[keyPath: quantile]) / 1_000 }
            }
            return Figure(
                phase: .latency, name: "\(name) answer time at \(rate)/s", unit: .milliseconds,
                rounds: milliseconds(answers),
                yardstick: pgbench.map { _ in Yardstick(name: "pgbench at that rate", rounds: milliseconds(inserts)) },
                target: pgbench == nil ? nil : target)
        }
        return [
            figure("p50", \.p50), figure("p99", \.p99, .atMost(3)), figure("p99.9", \.p999),
            figure("longest", \.maximum),
        ]
    }
}
