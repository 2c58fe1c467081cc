package import Logging
package import Platforms
package import RelayCore
import ServiceLifecycle
import Synchronization

/// Asks Meituan Alliance for orders whose pushes did not arrive, and stores them as if they had been pushed.
///
/// Each app has a task of its own, so that a platform that hangs or refuses one holds up no other.
package final class Reconciler: Service {
    /// Stores an event; whether it was new, nil where no route leads anywhere.
    package typealias Store = @Sendable (_ arrival: Arrival, _ app: App) async throws(InboxError) -> Bool?

    /// How often it looks for apps that are new.
    private static let lookInterval = Duration.seconds(1)

    private let client: OrderListClient
    private let polls: any OrderPolls
    private let ledger: any CallLedger
    private let directory: @Sendable () -> Directory
    private let store: Store
    private let logger: Logger
    private let running = Mutex<Set<AppID>>([])

    package init(
        client: OrderListClient, polls: any OrderPolls, ledger: any CallLedger,
        directory: @escaping @Sendable () -> Directory, store: @escaping Store, logger: Logger
    ) {
        self.client = client
        self.polls = polls
        self.ledger = ledger
        self.directory = directory
        self.store = store
        self.logger = logger
    }

    /// Told to stop, it cuts short the calls in flight, stores what was found, and gives its leases back.
    package func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled, !Task.isShuttingDownGracefully {
                for app in directory().appsByID.values where app.alliance?.reconcile != nil {
                    guard running.withLock({ $0.insert(app.id).inserted }) else { continue }
                    group.addTask {
                        await self.reconciliation(of: app.id).run()
                        _ = self.running.withLock { $0.remove(app.id) }
                    }
                }
                await cancelWhenGracefulShutdown { await Task.pause(for: Self.lookInterval) }
            }
        }
    }

    private func reconciliation(of app: AppID) -> AppReconciliation {
        AppReconciliation(
            id: app, client: client, polls: polls, ledger: ledger, directory: directory, store: store, logger: logger)
    }
}
