import Metrics
import Platforms
import RelayCore

/// What operators see of reconciliation. Apps are configured, so that there are few of them.
enum ReconciliationMetrics {
    static func tell(_ balance: CallBalance, of app: App) {
        Gauge(label: "yizhan_quota_calls_left", dimensions: [("app", app.name)]).record(balance.callsLeft ?? -1)
        guard let lag = balance.lag else { return }
        Gauge(label: "yizhan_reconciliation_lag_seconds", dimensions: [("app", app.name)]).record(lag / .seconds(1))
    }

    static func count(_ result: Result<OrderListPage, OrderListError>, of app: App) {
        let label =
            switch result {
            case .success: "ok"
            case .failure(let error): error.label
            }
        Counter(label: "yizhan_order_list_calls_total", dimensions: [("app", app.name), ("result", label)]).increment()
    }

    static func found(_ count: Int, unusable: Int, of app: App) {
        Counter(label: "yizhan_reconciled_orders_total", dimensions: [("app", app.name)]).increment(by: count)
        Counter(label: "yizhan_unusable_orders_total", dimensions: [("app", app.name)]).increment(by: unusable)
    }
}
