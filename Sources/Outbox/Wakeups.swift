package import Logging
package import PostgreSQL
import ServiceLifecycle

/// Listens for what SQL functions tell running relays, so that these act at once. A relay that misses a notification
/// acts at its next look, within a second.
package struct Wakeups: Service {
    private let listener: PostgresListener
    private let work: @Sendable () -> Void
    private let configuration: @Sendable () -> Void

    /// - Parameters:
    ///   - work: there may be due deliveries.
    ///   - configuration: the configuration may have changed.
    package init(
        database: PostgresConfiguration, logger: Logger, work: @escaping @Sendable () -> Void,
        configuration: @escaping @Sendable () -> Void
    ) {
        self.listener = PostgresListener(configuration: database, channels: ["yizhan"], logger: logger)
        self.work = work
        self.configuration = configuration
    }

    package func run() async {
        await cancelWhenGracefulShutdown {
            for await event in listener.events {
                switch event {
                case .connected:
                    work()
                    configuration()
                case .notification(_, "work"):
                    work()
                case .notification(_, "configuration"):
                    configuration()
                case .notification:
                    continue  // Of a newer version.
                }
            }
        }
    }
}
