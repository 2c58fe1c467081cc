/// Every metric of the relay: what it is called, what it tells, and how its values are grouped.
package enum MetricCatalogue {
    package struct Entry: Sendable {
        package let name: String
        package let help: String
        /// Upper bounds of a histogram's buckets, growing; empty for counters and gauges.
        package var buckets: [Double] = []
    }

    private static let groupSizes: [Double] = [1, 2, 4, 8, 16, 32, 64, 128, 256]
    private static let seconds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]
    /// From at once to the three days after which a delivery expires.
    private static let secondsToDays: [Double] = [
        0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 43_200, 259_200,
    ]

    package static let entries = intake + door + delivery + orderList + queue + database

    private static let intake: [Entry] = [
        Entry(name: "yizhan_accepted_events_total", help: "Events that were committed for the first time, by app."),
        Entry(name: "yizhan_accepted_deliveries_total", help: "Deliveries of accepted events, by endpoint."),
        Entry(name: "yizhan_repeated_events_total", help: "Calls whose event was known already, by app."),
        Entry(name: "yizhan_refused_calls_total", help: "Calls that were refused, by app and reason."),
        Entry(
            name: "yizhan_unstored_calls_total",
            help: "Calls answered 503 because their event could not be stored, by reason."),
        Entry(
            name: "yizhan_rejections_unrecorded_total",
            help: "Refused calls that yizhan.rejection does not show: there were too many, or the database was away."),
        Entry(
            name: "yizhan_answer_duration_seconds", help: "From a platform's call to its answer, by app.",
            buckets: seconds),
        Entry(name: "yizhan_inbox_depth_events", help: "Events that wait for their commit."),
        Entry(name: "yizhan_inbox_group_events", help: "Events in one commit.", buckets: groupSizes),
    ]

    private static let door: [Entry] = [
        Entry(name: "yizhan_open_connections", help: "Connections that platforms have open."),
        Entry(
            name: "yizhan_turned_away_connections_total",
            help: "Connections that were not taken or were ended because they took too much, by reason."),
        Entry(
            name: "yizhan_limited_refusals_total",
            help: "Refused calls of addresses that were refused too often: they were answered 429, and only counted."),
        Entry(
            name: "yizhan_tls_certificate_expiry_timestamp_seconds",
            help: "When the certificate of the platforms' port runs out, in seconds since 1970."),
    ]

    private static let delivery: [Entry] = [
        Entry(name: "yizhan_attempts_total", help: "Attempts to deliver, by endpoint and result."),
        Entry(
            name: "yizhan_attempt_duration_seconds", help: "How long the calls of attempts took, by endpoint.",
            buckets: seconds),
        Entry(
            name: "yizhan_delivery_latency_seconds",
            help: "From an event's receipt until it was written down as delivered, by endpoint.",
            buckets: secondsToDays),
        Entry(
            name: "yizhan_settled_deliveries_total",
            help:
                "Deliveries that this relay settled, by endpoint and state. Dead letters are refused, exhausted, expired."
        ),
        Entry(
            name: "yizhan_held_deliveries_bytes",
            help: "Memory of the deliveries that wait for their call, are called, or are being settled."),
        Entry(name: "yizhan_in_flight_calls", help: "Calls to merchants that run now, by endpoint."),
        Entry(
            name: "yizhan_breaker_open",
            help: "Whether this relay leaves an endpoint alone because it keeps failing, by endpoint."),
        Entry(
            name: "yizhan_token_renewals_total",
            help: "Access tokens asked for at platforms, by result: renewed, failed, or too late."),
    ]

    private static let orderList: [Entry] = [
        Entry(name: "yizhan_reconciled_orders_total", help: "Orders that nobody pushed and the list had, by app."),
        Entry(name: "yizhan_unusable_orders_total", help: "Orders of the list that cannot be used, by app."),
        Entry(name: "yizhan_order_list_calls_total", help: "Calls for lists of orders, by app and result."),
        Entry(
            name: "yizhan_quota_calls_left",
            help: "Calls that the app's platform still takes today; -1 where there is no limit."),
        Entry(
            name: "yizhan_reconciliation_lag_seconds",
            help: "How old the oldest order of an app may be that was not asked for yet."),
    ]

    private static let queue: [Entry] = [
        Entry(
            name: "yizhan_due_deliveries",
            help: "Deliveries that are due and that no relay has leased, by endpoint; counted up to 10000."),
        Entry(
            name: "yizhan_scheduled_deliveries",
            help: "Deliveries that are due later, by endpoint; counted up to 10000."),
        Entry(
            name: "yizhan_oldest_due_age_seconds", help: "For how long the oldest delivery has been due, by endpoint."),
        Entry(name: "yizhan_endpoint_paused", help: "1 where an endpoint is paused, 0 elsewhere."),
        Entry(
            name: "yizhan_outbox_deliveries", help: "Open deliveries of all endpoints, as PostgreSQL estimates them."),
        Entry(
            name: "yizhan_reconciliation_difference_deliveries",
            help:
                "Accepted deliveries that are not accounted for. Anything but 0 means that tables were changed by hand."
        ),
        Entry(name: "yizhan_claimed_deliveries_total", help: "Deliveries leased from the outbox by the claimer."),
    ]

    private static let database: [Entry] = [
        Entry(name: "yizhan_database_up", help: "1 if the database answered the last time it was asked, or else 0."),
        Entry(
            name: "yizhan_database_connections", help: "The pool's connections, by state: open, and idle among them."),
        Entry(name: "yizhan_database_waiting_borrowers", help: "Statements that wait for a connection."),
        Entry(name: "yizhan_database_reconnects_total", help: "Connections opened in the place of lost ones."),
        Entry(name: "yizhan_ledger_group_reports", help: "Results of attempts written in one go.", buckets: groupSizes),
        Entry(
            name: "yizhan_settle_lateness_seconds",
            help: "From the end of a merchant's call until what came of it was written.", buckets: seconds),
        Entry(name: "yizhan_fenced_writes_total", help: "Results thrown away because their token was no longer right."),
        Entry(name: "yizhan_removed_rows_total", help: "Rows removed because they were older than is kept, by table."),
        Entry(
            name: "yizhan_lost_log_lines_total",
            help: "Lines of the log that were lost because nobody read standard error."),
        Entry(name: "yizhan_build_info", help: "1, and the relay's version."),
    ]

    static func entry(_ name: String) -> Entry {
        byName[name] ?? Entry(name: name, help: "Not described.")
    }

    private static let byName = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0) })
}
