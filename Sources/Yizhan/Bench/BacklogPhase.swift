import PostgreSQL

/// How fast due deliveries are claimed and settled in groups, with more and more of them waiting. No call is made, and no
/// relay runs: it is the statements alone, over one connection.
struct BacklogPhase {
    private static let merchant = "bench"
    private static let groupSize: Int32 = 256
    private static let lease = Duration.seconds(60)

    let stage: BenchStage

    private struct Backlog {
        let rows: Int
        let database: BenchDatabase
        let endpoint: Int32
        var rounds: [Double] = []
    }

    func run() async throws -> [Figure] {
        var backlogs: [Backlog] = []
        defer { for backlog in backlogs { backlog.database.close() } }
        for rows in stage.settings.backlogRows {
            stage.tell("backlog: \(rows) due deliveries …")
            backlogs.append(try await backlog(of: rows))
        }
        try await stage.rounds(of: .backlog) { _ in
            for index in backlogs.indices {
                try await backlogs[index].database.pool.query("CHECKPOINT")
                backlogs[index].rounds.append(try await perSecond(backlogs[index]))
            }
        }
        let least = backlogs.first.map { Yardstick(name: "with \($0.rows) due", rounds: $0.rounds) }
        return backlogs.enumerated().map { index, backlog in
            Figure(
                phase: .backlog, name: "claimed and settled with \(backlog.rows) due", unit: .perSecond,
                rounds: backlog.rounds, yardstick: index == 0 ? nil : least, target: index == 0 ? nil : .atLeast(0.9))
        }
    }

    private func backlog(of rows: Int) async throws -> Backlog {
        let database = try await stage.server.database("backlog_\(rows)")
        let file = BenchFile(merchants: [.init(name: Self.merchant, url: "http://127.0.0.1:9/")])
        try await BenchRelay.apply(file, on: database, of: stage)
        try await database.addDue(
            rows, prefix: "due", app: Self.merchant, endpoint: Self.merchant,
            form: "app_key=\(Self.merchant)&order_no=ORDER&goods_code=zp_001")
        let endpoint = try await database.pool.query("SELECT id FROM yizhan.endpoint")[0].int32(0)
        return Backlog(rows: rows, database: database, endpoint: endpoint)
    }

    /// A quarter of the smallest backlog at a time, which is put back before the next: the backlog keeps its size.
    private func perSecond(_ backlog: Backlog) async throws -> Double {
        let enough = Duration.seconds(stage.settings.seconds)
        let portion = max((stage.settings.backlogRows.min() ?? 0) / 4, 1)
        var (settled, took) = (0, Duration.zero)
        while took < enough {
            let start = ContinuousClock.now
            var ofPortion = 0
            while ofPortion < portion { ofPortion += try await settleGroup(backlog) }
            took += .now - start
            settled += ofPortion
            try await putBack(backlog)
        }
        return Double(settled) / (took / .seconds(1))
    }

    private func settleGroup(_ backlog: Backlog) async throws -> Int {
        let claimed = try await backlog.database.pool.query(
            """
            SELECT event_id, endpoint_id, attempt, token, age, app_id, type, order_no, body, answers_platform,
                traceparent
            FROM yizhan.claim(0, $1, $2, $3)
            """, [.interval(Self.lease), .int32s([backlog.endpoint]), .int32s([Self.groupSize])])
        guard claimed.count > 0 else { throw BenchFailure.notDrained("nothing was left to claim") }
        let rows = 0..<claimed.count
        try await backlog.database.pool.query(
            """
            SELECT event_id, endpoint_id, token, unblocks
            FROM yizhan.settle(0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """,
            [
                .uuids(try rows.map { try claimed[$0].uuid(0) }), .int32s(try rows.map { try claimed[$0].int32(1) }),
                .int64s(try rows.map { try claimed[$0].int64(3) }), .texts(rows.map { _ in "delivered" }),
                .intervals(rows.map { _ in Duration.zero }), .int32s(rows.map { _ in 1 }),
                .int32s(rows.map { _ in 200 }), .texts(rows.map { _ in nil as String? }),
                .texts(rows.map { _ in nil as String? }), .byteas(rows.map { _ in nil as [UInt8]? }),
                .texts(rows.map { _ in nil as String? }),
            ])
        return claimed.count
    }

    private func putBack(_ backlog: Backlog) async throws {
        try await backlog.database.pool.query(
            """
            WITH ended AS (DELETE FROM yizhan.outcome RETURNING event_id, endpoint_id, app_id)
            INSERT INTO yizhan.outbox (event_id, endpoint_id, app_id, seq)
            SELECT d.event_id, d.endpoint_id, d.app_id, e.seq FROM ended AS d JOIN yizhan.event AS e ON e.id = d.event_id
            """)
    }
}
