package import Logging
package import PostgreSQL
package import RelayCore
import ServiceLifecycle
import Synchronization

/// Shows in the database which breakers of this relay are open, for as long as the relay runs.
package final class StoredBreakers: BreakerBoard, Service {
    private struct Opening {
        let at: ContinuousClock.Instant
        let reason: String
    }

    private struct State {
        var open: [EndpointID: Opening] = [:]
        /// Whether the database may have any.
        var isShown = false
    }

    /// How often it is said again: what was not said for two minutes is taken for a dead relay's.
    private static let sayAgain = Duration.seconds(30)
    private static let retryPause = Duration.seconds(1)
    private static let timeout = Duration.seconds(2)

    private let pool: PostgresPool
    private let relay: Int32
    private let logger: Logger
    private let state = Mutex(State())
    private let changed = Signal()

    package init(pool: PostgresPool, relay: Int32, logger: Logger) {
        self.pool = pool
        self.relay = relay
        self.logger = logger
    }

    package func opened(_ endpoint: EndpointID, reason: String) {
        state.withLock { state in
            state.open[endpoint] = Opening(at: .now, reason: reason)
            state.isShown = true
        }
        changed.raise()
    }

    package func closed(_ endpoint: EndpointID) {
        state.withLock { $0.open[endpoint] = nil }
        changed.raise()
    }

    package func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let isDone = await self.show()
                await self.changed.sleep(atMost: isDone ? Self.sayAgain : Self.retryPause)
            }
        }
        state.withLock { $0.open = [:] }
        _ = await show()
    }

    /// Returns whether the database has what is open now.
    private func show() async -> Bool {
        let (open, isShown) = state.withLock { ($0.open, $0.isShown) }
        guard isShown else { return true }
        let now = ContinuousClock.now
        let rows = open.sorted { $0.key < $1.key }
        do {
            try await pool.query(
                "SELECT yizhan.show_breakers($1, $2, $3, $4)",
                [
                    .int32(relay), .int32s(rows.map(\.key.number)), .intervals(rows.map { now - $0.value.at }),
                    .texts(rows.map(\.value.reason)),
                ], timeout: Self.timeout)
            state.withLock { state in
                if open.isEmpty, state.open.isEmpty { state.isShown = false }
            }
            return true
        } catch {
            logger.debug("open breakers could not be shown", metadata: ["error": "\(error)"])
            return false
        }
    }
}
