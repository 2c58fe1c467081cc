import SystemPackage

/// How many deliveries of a backlog are made, from the first claim to the last outcome.
struct DeliverPhase {
    private static let merchant = "bench"
    private static let patience = Duration.seconds(300)

    let stage: BenchStage

    func run() async throws -> [Figure] {
        try await BenchSink.with(stage) { sink in
            try await stage.withDatabase("deliver") { database in
                let file = BenchFile(
                    merchants: [.init(name: Self.merchant, url: sink.url(of: 0), lines: ["max_in_flight: 64"])])
                return try await BenchRelay.with(file, on: database, of: stage) { relay in
                    try await measure(relay, database, sink)
                }
            }
        }
    }

    private func measure(_ relay: BenchRelay, _ database: BenchDatabase, _ sink: BenchSink) async throws -> [Figure] {
        let rows = stage.settings.drainedRows
        let form =
            "app_key=\(Self.merchant)&order_no=ORDER&goods_code=zp_001&remark=\(String(repeating: "x", count: 420))"
        var (deliveries, calls, others) = ([Double](), [Double](), [Double]())
        var cost = RelayCost()
        try await stage.rounds(of: .deliver) { round in
            try await database.pause(Self.merchant)
            try await database.clear()
            let prefix = LoadPlan.prefix(round)
            try await database.addDue(rows, prefix: prefix, app: Self.merchant, endpoint: Self.merchant, form: form)
            try await sink.open(prefix)
            let start = try await RelayCost.start(relay, database)
            try await database.resume(Self.merchant)
            try await database.waitUntilDrained(within: Self.patience)
            try await cost.add(since: start, rows, relay, database)
            let (course, arrived) = (try await database.course(), try await sink.counts().arrived)
            guard course.delivered == rows, arrived == rows else {
                throw BenchFailure.notDrained("only \(min(course.delivered, arrived)) of \(rows) deliveries were made")
            }
            deliveries.append(Double(rows) / course.sinceStarted)
            calls.append(try await BenchWorker.calls(to: sink, of: stage))
            if let client = stage.settings.client {
                others.append(try await BenchWorker.calls(of: client, to: sink, of: stage))
            }
        }
        func figure(_ yardstick: Yardstick, _ target: Figure.Target?) -> Figure {
            Figure(
                phase: .deliver, name: "deliveries of a backlog of \(rows)", unit: .perSecond, rounds: deliveries,
                yardstick: yardstick, target: target)
        }
        let own = Yardstick(name: "the relay's HTTP client alone, 64 tasks", rounds: calls)
        let other = stage.settings.client.map { client in
            Yardstick(name: "\(FilePath(client).lastComponent?.string ?? client) alone", rounds: others)
        }
        return [figure(own, nil)] + (other.map { [figure($0, .atLeast(1.3))] } ?? []) + cost.figures(of: .deliver)
    }
}
