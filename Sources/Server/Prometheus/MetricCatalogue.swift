/// Every metric of the relay: what it is called, what it tells, and how its values are grouped.
enum MetricCatalogue {
    struct Entry: Sendable {
        let name: String
        let help: String
        /// Upper bounds of a histogram's buckets, growing; empty for counters and gauges.
        var buckets: [Double] = []
    }

    static let entries: [Entry] = [
        Entry(name: "yizhan_accepted_events_total", help: "Events that were committed for the first time."),
        Entry(name: "yizhan_repeated_events_total", help: "Calls whose event was known already."),
        Entry(name: "yizhan_refused_calls_total", help: "Calls that were refused, by the reason."),
        Entry(name: "yizhan_unstored_calls_total", help: "Calls answered 503 because their event could not be stored."),
        Entry(name: "yizhan_attempts_total", help: "Attempts to deliver, by endpoint and result."),
        Entry(
            name: "yizhan_breaker_open",
            help: "Whether this relay leaves an endpoint alone because it keeps failing, by endpoint."),
        Entry(name: "yizhan_claimed_deliveries_total", help: "Deliveries leased from the outbox by the claimer."),
        Entry(name: "yizhan_fenced_writes_total", help: "Results thrown away because their token was no longer right."),
        Entry(name: "yizhan_removed_rows_total", help: "Rows removed because they were older than is kept, by table."),
        Entry(
            name: "yizhan_token_renewals_total",
            help: "Access tokens asked for at platforms, by result: renewed, failed, or too late."),
        Entry(
            name: "yizhan_inbox_group_events", help: "Events in one commit.",
            buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256]),
        Entry(
            name: "yizhan_ledger_group_reports", help: "Results of attempts written in one go.",
            buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256]),
    ]

    static func entry(_ name: String) -> Entry {
        entries.first { $0.name == name } ?? Entry(name: name, help: "Not described.")
    }
}
