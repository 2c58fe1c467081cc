package import Logging
package import PostgreSQL
package import RelayCore

/// The statements about how far orders have been asked for.
package struct StoredOrderPolls: OrderPolls {
    private static let timeout = Duration.seconds(5)

    private let pool: PostgresPool
    private let relay: Int32
    private let lease: Duration
    private let logger: Logger

    /// - Parameter lease: longer than a page may take, its call and the storing of its orders included.
    package init(pool: PostgresPool, relay: Int32, lease: Duration = .seconds(60), logger: Logger) {
        self.pool = pool
        self.relay = relay
        self.lease = lease
        self.logger = logger
    }

    package func lease(
        _ types: [Int], of app: AppID, every: Duration
    ) async throws(InboxError) -> LeasedOrderPoll? {
        try await InboxError.wrapping("orders could not be leased", logger) { () throws(PostgresError) in
            let rows = try await pool.query(
                """
                SELECT order_type, token, failures, now_at, covered_until, window_from, window_until, span, page,
                    page_limit, total
                FROM yizhan.lease_order_poll($1, $2, $3, $4, $5)
                """,
                [
                    .int32(relay), .int32(app.number), .int32s(types.map { Int32(clamping: $0) }), .interval(every),
                    .interval(lease),
                ], timeout: Self.timeout)
            return rows.isEmpty ? nil : try LeasedOrderPoll(of: app, rows[0])
        }
    }

    package func save(_ poll: LeasedOrderPoll) async throws(InboxError) -> Bool {
        let window = poll.window
        return try await InboxError.wrapping("how far orders were asked for could not be saved", logger) {
            () throws(PostgresError) in
            try await pool.query(
                "SELECT yizhan.save_order_poll($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                poll.key + [
                    .interval(lease), .timestamp(unixSeconds: poll.coveredUntil),
                    .timestamp(unixSeconds: window?.from), .timestamp(unixSeconds: window?.until),
                    .interval(window.map { .seconds($0.spanSeconds) }), .int32(window.map { Int32(clamping: $0.page) }),
                    .int32(window.map { Int32(clamping: $0.limit) }),
                    .int32(window?.total.map { Int32(clamping: $0) }),
                ], timeout: Self.timeout)[0].bool(0)
        }
    }

    package func giveBack(_ poll: LeasedOrderPoll, pause: Duration?) async throws(InboxError) {
        try await InboxError.wrapping("a lease of orders could not be given back", logger) {
            () throws(PostgresError) in
            _ = try await pool.query(
                "SELECT yizhan.give_back_order_poll($1, $2, $3, $4)", poll.key + [.interval(pause)],
                timeout: Self.timeout)
        }
    }

    package func missing(_ arrivals: [Arrival], of app: AppID) async throws(InboxError) -> [Int] {
        try await InboxError.wrapping("orders could not be looked up", logger) { () throws(PostgresError) in
            let rows = try await pool.query(
                "SELECT m.place FROM yizhan.missing_orders($1, $2, $3) AS m (place)",
                [
                    .int32(app.number), .texts(arrivals.map(\.orderNo)),
                    .texts(arrivals.map { $0.knownPrefix ?? $0.dedupeKey }),
                ], timeout: Self.timeout)
            var places: [Int] = []
            for index in 0..<rows.count { places.append(Int(try rows[index].int64(0)) - 1) }
            return places
        }
    }
}

extension LeasedOrderPoll {
    fileprivate init(of app: AppID, _ row: PostgresRow) throws(PostgresError) {
        var window: OrderListWindow?
        if let from = try row.optional.unixMicroseconds(5), let until = try row.optional.unixMicroseconds(6) {
            window = OrderListWindow(
                from: from / 1_000_000, until: until / 1_000_000, spanSeconds: try row.interval(7).components.seconds,
                page: Int(try row.int32(8)), limit: Int(try row.int32(9)),
                total: try row.optional.int32(10).map { Int($0) })
        }
        self.init(
            app: app, orderType: Int(try row.int32(0)), token: try row.int64(1), failures: Int(try row.int32(2)),
            leasedAt: try row.unixMicroseconds(3) / 1_000_000,
            coveredUntil: try row.optional.unixMicroseconds(4).map { $0 / 1_000_000 }, window: window)
    }

    fileprivate var key: [PostgresParameter] {
        [.int32(app.number), .int32(Int32(clamping: orderType)), .int64(token)]
    }
}

extension PostgresParameter {
    fileprivate static func timestamp(unixSeconds: Int64?) -> PostgresParameter {
        .timestamp(unixMicroseconds: unixSeconds.map { $0 * 1_000_000 })
    }
}
