package import Logging
import Metrics
package import PostgreSQL
package import RelayCore
import ServiceLifecycle
import Synchronization

/// Writes what came of attempts in groups, each row only if its token is still the one that was leased.
///
/// What cannot be written while the database is away is kept and tried again: the slots that it occupies keep the
/// lanes from taking more.
package final class GroupLedger: Ledger, Service {
    private static let groupSize = 256
    private static let timeout = Duration.seconds(10)
    /// How long a group is tried while the database is away.
    private static let patience = Duration.seconds(60)
    /// How long all that is left is tried once the relay is told to stop.
    private static let patienceAtShutdown = Duration.seconds(5)

    private let book: DeliveryBook
    private let outcomes: OutcomeBoard
    private let logger: Logger
    private let entries = Mailbox<LedgerEntry>()
    private let stopsAt = Mutex<ContinuousClock.Instant?>(nil)

    private let groupSizes = Recorder(label: "yizhan_ledger_group_reports")
    private let metrics: SettlementMetrics

    package init(
        pool: PostgresPool, relay: Int32, outcomes: OutcomeBoard, metrics: SettlementMetrics, logger: Logger
    ) {
        self.book = DeliveryBook(pool: pool, relay: relay, timeout: Self.timeout)
        self.outcomes = outcomes
        self.metrics = metrics
        self.logger = logger
    }

    package func record(_ report: AttemptReport, isWritten: @escaping @Sendable (_ unblocks: Bool) -> Void) {
        // Refused only after the end of `run`, when nothing is attempted any more: the lease runs out by itself.
        if !entries.put(LedgerEntry(report: report, isWritten: isWritten)) { isWritten(false) }
    }

    package func run() async {
        await withTaskCancellationOrGracefulShutdownHandler {
            var rhythm = Rhythm()
            while true {
                await rhythm.pause(waiting: entries.count)
                let group = await entries.take(atMost: Self.groupSize)
                if group.isEmpty { break }
                rhythm.begin(group.count)
                groupSizes.record(group.count)
                await write(group.sorted { $0.report.delivery.key < $1.report.delivery.key })
            }
        } onCancelOrGracefulShutdown: {
            self.stopsAt.withLock { $0 = .now + Self.patienceAtShutdown }
            self.entries.close()
        }
    }

    private func write(_ group: [LedgerEntry]) async {
        var backoff = Duration.milliseconds(50)
        let groupStopsAt = ContinuousClock.now + Self.patience
        while .now < min(groupStopsAt, stopsAt.withLock { $0 } ?? groupStopsAt) {
            do {
                let won = try await book.write(group.map(\.report))
                for entry in group { conclude(entry, won[Lease(entry.report.delivery)]) }
                return
            } catch let error where error.isOfOneRow && group.count > 1 {
                // The others must not suffer for it.
                for entry in group { await write([entry]) }
                return
            } catch {
                logger.error(
                    "what came of attempts could not be written",
                    metadata: ["attempts": "\(group.count)", "error": "\(error)"])
                guard error.isDatabaseAway || error.isUndone, !Task.isCancelled else { break }
            }
            await Task.pause(for: backoff)
            backoff = min(backoff * 2, .seconds(1))
        }
        // The leases run out, and the deliveries are attempted again.
        for entry in group {
            outcomes.release(entry.report.delivery.key)
            entry.isWritten(false)
        }
    }

    /// - Parameter effect: nil where the token no longer matched.
    private func conclude(_ entry: LedgerEntry, _ effect: DeliveryBook.Effect?) {
        let report = entry.report
        if effect != nil {
            metrics.wrote(report)
        } else {
            metrics.threwAway()
            logger.warning(
                "an attempt came too late: its delivery was leased again, or ended, in the meantime",
                metadata: [
                    "event": "\(report.delivery.key.event)", "order_no": "\(report.delivery.event.orderNo)",
                    "attempt": "\(report.delivery.attempt)", "trace_id": "\(report.delivery.event.trace.traceID)",
                ])
        }
        if effect != nil, case .settle(let state) = report.verdict {
            outcomes.post(Outcome(key: report.delivery.key, state: state, answer: report.answer))
        } else {
            outcomes.release(report.delivery.key)
        }
        entry.isWritten(effect?.unblocks ?? false)
    }
}

private struct LedgerEntry: Sendable {
    let report: AttemptReport
    let isWritten: @Sendable (Bool) -> Void
}
