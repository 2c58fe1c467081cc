package import Logging
package import PostgreSQL
package import RelayCore

/// The statements about calls to a platform's API. The database's clock says which day it is.
package struct StoredCallLedger: CallLedger {
    private static let timeout = Duration.seconds(5)

    private let pool: PostgresPool
    private let logger: Logger

    package init(pool: PostgresPool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    package func balance(
        of app: AppID, limit: Int?, orderTypes: [Int]
    ) async throws(InboxError) -> CallBalance {
        try await InboxError.wrapping("the calls that are left could not be read", logger) {
            () throws(PostgresError) in
            let row = try await pool.query(
                """
                SELECT q.calls_left, q.resets_in, yizhan.reconciliation_lag($1, $3)
                FROM yizhan.quota_left($1, $2) AS q
                """,
                [.int32(app.number), .limit(limit), .int32s(orderTypes.map { Int32(clamping: $0) })],
                timeout: Self.timeout)[0]
            return CallBalance(
                callsLeft: try row.optional.int32(0).map { Int($0) }, resetsIn: try row.interval(1),
                lag: try row.optional.interval(2))
        }
    }

    package func takeCall(of app: AppID, limit: Int?) async throws(InboxError) -> Bool {
        try await InboxError.wrapping("a call could not be counted", logger) { () throws(PostgresError) in
            try await pool.query(
                "SELECT yizhan.take_api_call($1, $2)", [.int32(app.number), .limit(limit)], timeout: Self.timeout)[0]
                .bool(0)
        }
    }

    package func useUp(_ app: AppID, limit: Int?) async throws(InboxError) {
        try await InboxError.wrapping("a day's calls could not be marked as used up", logger) {
            () throws(PostgresError) in
            _ = try await pool.query(
                "SELECT yizhan.use_up_api_quota($1, $2)", [.int32(app.number), .limit(limit)], timeout: Self.timeout)
        }
    }

    package func monthlyOrders(of app: AppID) async throws(InboxError) -> Int {
        try await InboxError.wrapping("the month's orders could not be counted", logger) { () throws(PostgresError) in
            Int(
                try await pool.query(
                    "SELECT yizhan.orders_this_month($1, $2)",
                    [.int32(app.number), .int32(Int32(CallQuota.unlimitedFrom))], timeout: Self.timeout)[0].int64(0))
        }
    }
}

extension PostgresParameter {
    fileprivate static func limit(_ limit: Int?) -> PostgresParameter {
        .int32(limit.map { Int32(clamping: $0) })
    }
}
