import PostgreSQL
import RelayCore

/// The statements of the ledger: one for each kind of verdict in a group.
struct DeliveryBook: Sendable {
    let pool: PostgresPool
    let relay: Int32
    let timeout: Duration

    /// What writing came to, beyond the write itself.
    struct Effect {
        /// A later event of the order waits in the outbox for this one, and is due now.
        var unblocks = false
    }

    /// Returns the leases whose token matched. Writing a group twice does no harm.
    func write(_ reports: [AttemptReport]) async throws(PostgresError) -> [Lease: Effect] {
        var settled: [(AttemptReport, OutcomeState)] = []
        var rescheduled: [(AttemptReport, delay: Duration, result: String)] = []
        var notStarted: [(AttemptReport, delay: Duration)] = []
        for report in reports {
            switch report.verdict {
            case .settle(let state): settled.append((report, state))
            case .reschedule(let delay): rescheduled.append((report, delay, "failed"))
            case .interrupted: rescheduled.append((report, .zero, "interrupted"))
            case .notStarted: notStarted.append((report, .zero))
            case .postponed(let delay): notStarted.append((report, delay))
            }
        }
        var won: [Lease: Effect] = [:]
        if !settled.isEmpty { try won.merge(await settle(settled)) { $1 } }
        if !rescheduled.isEmpty { try won.merge(await reschedule(rescheduled)) { $1 } }
        if !notStarted.isEmpty { try won.merge(await giveBack(notStarted)) { $1 } }
        for report in reports where report.pausesEndpoint && won[Lease(report.delivery)] != nil {
            try await pool.query(
                "SELECT yizhan.pause_endpoint($1, $2)",
                [.int32(report.delivery.key.endpoint.number), .text(report.reason?.storable)], timeout: timeout)
        }
        return won
    }

    private func settle(_ settled: [(AttemptReport, OutcomeState)]) async throws(PostgresError) -> [Lease: Effect] {
        let reports = settled.map(\.0)
        return try await won(
            """
            SELECT event_id, endpoint_id, token, unblocks
            FROM yizhan.settle($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """,
            leases(reports) + [.texts(settled.map(\.1.rawValue))] + facts(reports) + [
                .byteas(reports.map(\.answer)), .texts(reports.map(\.warning?.storable)),
            ])
    }

    private func reschedule(
        _ rescheduled: [(AttemptReport, delay: Duration, result: String)]
    ) async throws(PostgresError) -> [Lease: Effect] {
        let reports = rescheduled.map(\.0)
        return try await won(
            """
            SELECT event_id, endpoint_id, token, false
            FROM yizhan.reschedule($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """,
            leases(reports) + [.intervals(rescheduled.map(\.delay)), .texts(rescheduled.map(\.result))]
                + facts(reports))
    }

    private func giveBack(
        _ notStarted: [(AttemptReport, delay: Duration)]
    ) async throws(PostgresError) -> [Lease: Effect] {
        try await won(
            "SELECT event_id, endpoint_id, token, false FROM yizhan.give_back($1, $2, $3, $4, $5)",
            leases(notStarted.map(\.0)).dropFirst() + [
                .intervals(notStarted.map(\.delay)), .bools(notStarted.map { $0.0.startedAt != nil }),
            ])
    }

    /// Relay, events, endpoints, tokens.
    private func leases(_ reports: [AttemptReport]) -> [PostgresParameter] {
        [
            .int32(relay),
            .uuids(reports.map(\.delivery.key.event.bits)),
            .int32s(reports.map(\.delivery.key.endpoint.number)),
            .int64s(reports.map(\.delivery.token)),
        ]
    }

    /// Since when, how long, status, reason, start of the answer.
    private func facts(_ reports: [AttemptReport]) -> [PostgresParameter] {
        let now = ContinuousClock.now
        return [
            .intervals(reports.map { $0.startedAt.map { now - $0 } }),
            .int32s(reports.map { $0.took.map { Int32(clamping: $0.wholeMilliseconds) } }),
            .int32s(reports.map { $0.httpStatus.map { Int32(clamping: $0) } }),
            .texts(reports.map(\.reason?.storable)),
            .texts(reports.map(\.answerStart?.storable)),
        ]
    }

    private func won(
        _ statement: PostgresStatement, _ parameters: [PostgresParameter]
    ) async throws(PostgresError) -> [Lease: Effect] {
        let rows = try await pool.query(statement, parameters, timeout: timeout)
        var won: [Lease: Effect] = [:]
        for index in 0..<rows.count {
            let row = rows[index]
            let key = DeliveryKey(event: EventID(bits: try row.uuid(0)), endpoint: EndpointID(try row.int32(1)))
            won[Lease(key: key, token: try row.int64(2))] = Effect(unblocks: try row.bool(3))
        }
        return won
    }
}

/// Which lease of a delivery: a late report may stand beside the one that counts, in one group.
struct Lease: Hashable {
    let key: DeliveryKey
    let token: Int64

    init(key: DeliveryKey, token: Int64) {
        self.key = key
        self.token = token
    }

    init(_ delivery: LeasedDelivery) {
        self.init(key: delivery.key, token: delivery.token)
    }
}

extension String {
    /// PostgreSQL's text cannot hold NUL, which a merchant's JSON can.
    fileprivate var storable: String {
        utf8.contains(0) ? replacing("\0", with: "\u{FFFD}") : self
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
