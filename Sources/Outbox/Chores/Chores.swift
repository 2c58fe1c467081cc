package import Logging
package import PostgreSQL
import RelayCore
import ServiceLifecycle

/// Does what has to be done now and then in the database, each chore by one relay at a time.
package struct Chores: Service {
    private static let pollInterval = Duration.seconds(1)

    private let pool: PostgresPool
    private let chores: [any Chore]
    private let logger: Logger

    package init(pool: PostgresPool, chores: [any Chore], logger: Logger) {
        self.pool = pool
        self.chores = chores
        self.logger = logger
    }

    package func run() async {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                // Each by itself: one that takes its time keeps no other waiting.
                for chore in chores {
                    group.addTask { await self.carryOutAgainAndAgain(chore) }
                }
            }
        }
    }

    private func carryOutAgainAndAgain(_ chore: any Chore) async {
        var isFailing = false
        while !Task.isCancelled {
            do {
                if chore.isNeeded, try await isOurs(chore) { try await chore.carryOut(on: pool) }
                isFailing = false
            } catch {
                if Task.isCancelled { break }
                logger.log(
                    level: isFailing ? .debug : .warning, "a chore could not be done, and is tried again",
                    metadata: ["chore": "\(chore.name)", "error": "\(error)"])
                isFailing = true
            }
            await Task.pause(for: min(Self.pollInterval, chore.every))
        }
    }

    private func isOurs(_ chore: any Chore) async throws(PostgresError) -> Bool {
        try await pool.query(
            "SELECT yizhan.begin_chore($1, $2)", [.text(chore.name), .interval(chore.every)], timeout: .seconds(10))[0]
            .bool(0)
    }
}

/// Something that one relay at a time does now and then.
package protocol Chore: Sendable {
    /// In the table `chore`, the same in all relays.
    var name: String { get }
    /// From one beginning to the next, whichever relays do it.
    var every: Duration { get }
    /// Whether there is anything to do by what is configured.
    var isNeeded: Bool { get }

    /// Ends before it is due again, or soon after: another relay begins it then. Done twice at once it does no harm.
    func carryOut(on pool: PostgresPool) async throws
}

extension Chore {
    package var isNeeded: Bool { true }
}
