import Logging
import OutboundHTTP
import Platforms
import RelayCore
import ServiceLifecycle

/// The reconciliation of one app, by this relay.
struct AppReconciliation: Sendable {
    let id: AppID
    let client: OrderListClient
    let polls: any OrderPolls
    let ledger: any CallLedger
    let directory: @Sendable () -> Directory
    let store: Reconciler.Store
    let logger: Logger

    /// Why the orders of a kind are not being asked for any more.
    private enum Ending {
        case completed
        case atLimit
        case stopping
        case leaseLost
        case failed(String)
    }

    /// Returns when the app is no longer to be reconciled, or on shutdown.
    func run() async {
        var limits = CallLimit()
        var wasAtLimit = false
        while !isStopping, let app = current() {
            do {
                let limit = try await limits.current(of: app, ledger)
                let balance = try await ledger.balance(of: id, limit: limit, orderTypes: app.reconcile.types)
                ReconciliationMetrics.tell(balance, of: app.app)
                let isAtLimit = balance.callsLeft == 0
                if isAtLimit, !wasAtLimit {
                    logger.warning(
                        "the day's calls for orders are used up",
                        metadata: [
                            "app": "\(app.app.name)",
                            "resets_in": "\(Duration.seconds(balance.resetsIn.components.seconds).text)",
                        ])
                }
                wasAtLimit = isAtLimit
                if !isAtLimit,
                    let poll = try await polls.lease(app.reconcile.types, of: id, every: app.reconcile.every)
                {
                    try await work(on: poll, limit: limit, with: app)
                    continue
                }
            } catch {
                // The database says why in the log; what is leased passes on when the lease runs out.
                logger.debug("orders are not asked for", metadata: ["app": "\(app.app.name)", "error": "\(error)"])
            }
            await cancelWhenGracefulShutdown { await Task.pause(for: app.lookInterval) }
        }
    }

    private func work(on poll: LeasedOrderPoll, limit: Int?, with app: ReconciledApp) async throws(InboxError) {
        var poll = poll
        let ending = await ask(for: &poll, limit: limit)
        var pause: Duration?
        switch ending {
        case .completed, .atLimit, .stopping: break
        case .leaseLost:
            logger.warning("a lease of orders has passed to another relay", metadata: metadata(of: poll, app))
            return
        case .failed(let reason):
            let wait = app.pause(afterFailures: poll.failures)
            pause = wait
            logger.warning(
                "orders could not be asked for",
                metadata: metadata(of: poll, app).merging(
                    ["reason": "\(reason)", "pause": "\(wait.text)"], uniquingKeysWith: { $1 }))
        }
        try await polls.giveBack(poll, pause: pause)
    }

    /// Page by page; what is stored of a page is saved before the next one is asked for.
    private func ask(for poll: inout LeasedOrderPoll, limit: Int?) async -> Ending {
        while true {
            // Anew for each page: a secret, or an address, may have changed.
            guard !isStopping, let app = current() else { return .stopping }
            var window =
                poll.window
                ?? OrderListWindow(after: poll.coveredUntil, now: poll.leasedAt, overlap: app.reconcile.overlap)
            do {
                guard try await ledger.takeCall(of: id, limit: limit) else { return .atLimit }
                let result = await page(OrderListQuery(type: poll.orderType, window), app)
                switch result {
                case .success(let page):
                    try await take(page, at: window, of: poll, app)
                    window.turnPage(total: page.total)
                case .failure(.tooLarge) where window.halveLimit():
                    break
                case .failure(.quotaExceeded):
                    try await ledger.useUp(id, limit: limit)
                    return .atLimit
                case .failure(.noAnswer(.cancelled)):
                    return .stopping
                case .failure(let error):
                    return .failed("\(error)")
                }
                if window.isDone { poll.coveredUntil = window.until }
                poll.window = window.isDone ? nil : window
                guard try await polls.save(poll) else { return .leaseLost }
                if window.isDone { return .completed }
            } catch {
                return .failed("nothing could be stored: \(error)")
            }
        }
    }

    /// The call ends when the relay is to stop; what is stored of its answer does not.
    private func page(_ query: OrderListQuery, _ app: ReconciledApp) async -> Result<OrderListPage, OrderListError> {
        let result = await cancelWhenGracefulShutdown { () -> Result<OrderListPage, OrderListError> in
            do throws(OrderListError) {
                return .success(try await client.page(query, of: app.app, app.alliance, policy: app.policy))
            } catch {
                return .failure(error)
            }
        }
        ReconciliationMetrics.count(result, of: app.app)
        return result
    }

    private func take(
        _ page: OrderListPage, at window: OrderListWindow, of poll: LeasedOrderPoll, _ app: ReconciledApp
    ) async throws(InboxError) {
        for flaw in page.flaws {
            logger.warning(
                "an order of the list cannot be used",
                metadata: metadata(of: poll, app).merging(
                    [
                        "page": "\(window.page)", "position": "\(flaw.position)", "reason": "\(flaw.reason)",
                    ], uniquingKeysWith: { $1 }))
        }
        let missing = try await polls.missing(page.arrivals, of: id).map { page.arrivals[$0] }
        let found = try await FoundOrders(store: store).store(missing, of: app.app)
        ReconciliationMetrics.found(found, unusable: page.flaws.count, of: app.app)
        guard found > 0 else { return }
        logger.notice(
            "orders were found that nobody had pushed",
            metadata: metadata(of: poll, app).merging(["orders": "\(found)"], uniquingKeysWith: { $1 }))
    }

    private var isStopping: Bool {
        Task.isCancelled || Task.isShuttingDownGracefully
    }

    private func current() -> ReconciledApp? {
        ReconciledApp(id, in: directory(), logger: logger)
    }

    private func metadata(of poll: LeasedOrderPoll, _ app: ReconciledApp) -> Logger.Metadata {
        ["app": "\(app.app.name)", "order_type": "\(poll.orderType)"]
    }
}
