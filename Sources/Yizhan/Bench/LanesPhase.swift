import Foundation
import SystemPackage

/// Hung things hang alone: twenty merchants under a steady load, by turns all of them well, five of them hanging to the
/// timeout on every call, and one more with a great many due deliveries and a dead server. What counts is how long orders of
/// the others take from their answer, which is when they are committed, to their merchant.
struct LanesPhase {
    private static let merchants = 20
    private static let hung = 0..<5
    private static let timeoutSeconds = 2
    private static let usualRate = 400
    /// Orders of the first second are not counted: connections are made, and lanes fill up.
    private static let warmUpSeconds = 1
    private static let patience = Duration.seconds(60)
    private static let deadMerchant = "bench-dead"

    let stage: BenchStage
    private let deadPort: Int

    private struct Turn {
        var hung = 0..<0
        var hasBreaker = true
    }

    private struct Latencies {
        /// From the answer to the merchant.
        var delivery: [Quantiles] = []
        /// From when the call was meant to be sent to the merchant.
        var whole: [Quantiles] = []
    }

    init(stage: BenchStage) async throws {
        self.stage = stage
        deadPort = try await FreePort.number(preferring: 0)
    }

    func run() async throws -> [Figure] {
        try await BenchSink.with(stage) { sink in
            try await stage.withDatabase("lanes") { database in
                try await stage.withDatabase("lanes_dead") { crowded in
                    try await measure(sink, database, crowded)
                }
            }
        }
    }

    private func measure(
        _ sink: BenchSink, _ database: BenchDatabase, _ crowded: BenchDatabase
    ) async throws -> [Figure] {
        stage.tell("lanes: \(stage.settings.dueRows) due deliveries for a dead merchant …")
        try await BenchRelay.apply(file(sink, hasBreaker: true), on: crowded, of: stage)
        try await crowded.addDue(
            stage.settings.dueRows, prefix: "due", app: Self.deadMerchant, endpoint: Self.deadMerchant,
            form: "app_key=\(Self.deadMerchant)&order_no=ORDER&goods_code=zp_001")

        var (well, hanging, hangingWithoutBreaker, beside) = (Latencies(), Latencies(), Latencies(), Latencies())
        try await stage.rounds(of: .lanes) { round in
            func prefix(_ turn: Int) -> String { LoadPlan.prefix(round * 4 + turn) }
            try await database.clear()
            try await add(to: &well, Turn(), prefix(0), sink, database)
            try await database.clear()
            try await add(to: &hanging, Turn(hung: Self.hung), prefix(1), sink, database)
            try await database.clear()
            try await add(
                to: &hangingWithoutBreaker, Turn(hung: Self.hung, hasBreaker: false), prefix(2), sink, database)
            try await add(to: &beside, Turn(), prefix(3), sink, crowded)
        }
        let others = "\(Self.merchants - Self.hung.count) merchants beside \(Self.hung.count) that hang"
        return figures("\(others)", hanging, against: well)
            + figures("\(others), no breaker", hangingWithoutBreaker, against: well)
            + figures("\(stage.settings.dueRows) due at a dead server", beside, against: well)
    }

    private func figures(_ what: String, _ latencies: Latencies, against well: Latencies) -> [Figure] {
        func figure(
            _ name: String, _ of: KeyPath<Latencies, [Quantiles]>, _ quantile: KeyPath<Quantiles, Int>,
            _ target: Figure.Target? = nil
        ) -> Figure {
            func milliseconds(_ latencies: Latencies) -> [Double] {
                latencies[keyPath: of].map { Double($0[keyPath: quantile]) / 1_000 }
            }
            return Figure(
                phase: .lanes, name: "\(name), \(what)", unit: .milliseconds, rounds: milliseconds(latencies),
                yardstick: Yardstick(name: "all well", rounds: milliseconds(well)), target: target)
        }
        return [
            figure("answer to merchant p50", \.delivery, \.p50),
            figure("answer to merchant p99", \.delivery, \.p99, .atMost(1.5)),
            figure("sending to merchant p99", \.whole, \.p99, .atMost(1.5)),
        ]
    }

    private func add(
        to latencies: inout Latencies, _ turn: Turn, _ prefix: String, _ sink: BenchSink, _ database: BenchDatabase
    ) async throws {
        try await sink.open(prefix, hung: turn.hung)
        let plan = LoadPlan(
            port: 0, apps: (0..<Self.merchants).map(Self.name(of:)), prefix: prefix,
            connections: stage.settings.connections, rate: stage.settings.rate ?? Self.usualRate,
            seconds: stage.settings.seconds + Self.warmUpSeconds, tellsTimes: true)
        let (load, arrivals) = try await BenchRelay.with(
            file(sink, hasBreaker: turn.hasBreaker), on: database, of: stage
        ) { relay in
            let load = try await BenchWorker.load(plan.calling(relay.port), of: stage)
            try load.requireAccepted()
            try await waitForAll(of: load, at: sink)
            return (load, try await sink.arrivals())
        }
        let counted = Self.counted(load)
        latencies.delivery.append(Quantiles(counted.map { max(Int(arrivals[$0] - load.answeredAt[$0]) / 1_000, 0) }))
        latencies.whole.append(Quantiles(counted.map { Int(arrivals[$0] - load.dueAt[$0]) / 1_000 }))
    }

    /// Every order of a merchant that is well has to come.
    private func waitForAll(of load: LoadReport, at sink: BenchSink) async throws {
        let expected = (0..<load.sent).count { !Self.hung.contains($0 % Self.merchants) }
        let deadline = ContinuousClock.now + Self.patience
        while try await sink.counts().arrived < expected {
            guard .now < deadline else {
                let arrived = try await sink.counts().arrived
                throw BenchFailure.notDrained("only \(arrived) of \(expected) orders came to their merchants")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Orders of the merchants that are well in all turns, after the warm-up.
    private static func counted(_ load: LoadReport) -> [Int] {
        let first = load.dueAt.first.map { $0 + Int64(warmUpSeconds) * 1_000_000_000 } ?? 0
        return (0..<load.sent).filter { !hung.contains($0 % merchants) && load.dueAt[$0] >= first }
    }

    private func file(_ sink: BenchSink, hasBreaker: Bool) -> BenchFile {
        let lines = ["timeout: \(Self.timeoutSeconds)s", "breaker: \(hasBreaker)"]
        return BenchFile(
            merchants: (0..<Self.merchants).map {
                .init(name: Self.name(of: $0), url: sink.url(of: $0), lines: lines)
            } + [.init(name: Self.deadMerchant, url: "http://127.0.0.1:\(deadPort)/", lines: ["timeout: 2s"])])
    }

    private static func name(of merchant: Int) -> String {
        "bench-\(merchant)"
    }
}
