package import Logging
import Metrics
package import PostgreSQL
package import RelayCore
import ServiceLifecycle
import Synchronization

/// Commits events in groups: all that have gathered while the previous commit was running go into the next one.
///
/// Events that turn out to be known are looked up by a second writer, so that repeats do not slow down the first.
package final class GroupInbox: Inbox, Service {
    /// How long a caller may wait for its commit before it hears `unknown`: a platform must have its answer in two
    /// seconds when the database hangs.
    static let patience = Duration.milliseconds(1_500)

    private let store: EventStore
    private let lanes: any Lanes
    private let logger: Logger
    private let arrivals: InboxQueue
    private let repeats: InboxQueue
    private let isDatabaseAway = Atomic(false)

    private let groupSizes = Recorder(label: "yizhan_inbox_group_events")

    /// - Parameters:
    ///   - maximumCount: events that may wait for their commit.
    ///   - maximumBytes: what their bodies may take.
    package init(
        pool: PostgresPool, relay: Int32, lanes: any Lanes, maximumCount: Int = 8_192,
        maximumBytes: Int = 32 << 20, logger: Logger
    ) {
        self.store = EventStore(pool: pool, relay: relay, patience: Self.patience)
        self.lanes = lanes
        self.logger = logger
        self.arrivals = InboxQueue(maximumCount: maximumCount, maximumBytes: maximumBytes)
        self.repeats = InboxQueue(maximumCount: maximumCount, maximumBytes: maximumBytes)
    }

    /// Whether the last commit found the database in reach.
    package var isAvailable: Bool {
        !isDatabaseAway.load(ordering: .relaxed)
    }

    package var isOverloaded: Bool {
        arrivals.isOverloaded || repeats.isOverloaded
    }

    /// Events that wait for their commit.
    package var depth: Int {
        arrivals.count
    }

    package func accept(
        _ submission: Submission, _ done: @escaping @Sendable (Result<Acceptance, InboxError>) -> Void
    ) {
        let pending = PendingSubmission(submission: submission, arrivedAt: .now, done: done)
        if isDatabaseAway.load(ordering: .relaxed) {
            conclude(pending, .failure(.unavailable))
        } else if !arrivals.put(pending) {
            conclude(pending, .failure(.full))
        }
    }

    package func run() async {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup { group in
                group.addTask { await self.storeArrivals() }
                group.addTask { await self.lookUpRepeats() }
            }
        } onCancelOrGracefulShutdown: {
            self.arrivals.close()
        }
    }

    private func storeArrivals() async {
        var rhythm = Rhythm()
        while true {
            await rhythm.pause(waiting: arrivals.count)
            guard let group = await arrivals.takeGroup() else { break }
            rhythm.begin(group.inTime.count)
            for pending in group.late { conclude(pending, .failure(.full)) }
            var isWritten = false
            if !group.inTime.isEmpty {
                groupSizes.record(group.inTime.count)
                isWritten = await commit(group.inTime.sorted { $0.submission.precedes($1.submission) })
            }
            arrivals.finish(isWritten: isWritten)
        }
        repeats.close()
    }

    /// Returns whether the group went in as a whole.
    private func commit(_ group: [PendingSubmission]) async -> Bool {
        let leasedAt = ContinuousClock.now
        do {
            let stored = try await store.store(group.map(\.submission))
            for pending in group { conclude(pending, stored: stored, leasedAt: leasedAt) }
            return true
        } catch let error where error.isDatabaseAway {
            await refuseUntilBack(group, error)
        } catch _ where group.count > 1 {
            // What PostgreSQL will not take of one must not cost the others theirs.
            for pending in group { _ = await commit([pending]) }
        } catch {
            logger.error("an event could not be stored", metadata: ["error": "\(error)"])
            for pending in group { conclude(pending, .failure(error.isOutcomeUnknown ? .unknown : .unavailable)) }
        }
        return false
    }

    private func lookUpRepeats() async {
        while let group = await repeats.takeGroup() {
            for pending in group.late { pending.done(.failure(.full)) }
            var isWritten = false
            do {
                let known = group.inTime.isEmpty ? [] : try await store.recall(group.inTime.map(\.submission))
                for (pending, event) in zip(group.inTime, known) {
                    pending.done(event.map { .success(.known($0)) } ?? .failure(.unknown))
                }
                isWritten = !known.isEmpty
            } catch {
                // Whatever the repeat's own fate, the event was stored before: asking again finds it.
                logger.warning("repeats could not be looked up", metadata: ["error": "\(error)"])
                // Those behind would wait as long again for the same answer.
                let behind = error.isDatabaseAway ? repeats.takeAll() : []
                for pending in group.inTime + behind { pending.done(.failure(.unknown)) }
            }
            repeats.finish(isWritten: isWritten)
        }
    }

    private func conclude(
        _ pending: PendingSubmission, stored: StoredDeliveries, leasedAt: ContinuousClock.Instant
    ) {
        let submission = pending.submission
        guard stored.contains(submission.id) else {
            giveBackSlots(of: submission, areWanted: false)
            if !repeats.put(pending) { pending.done(.failure(.full)) }
            return
        }
        let event = Event(submission)
        var isHeldHere = false
        for delivery in submission.deliveries {
            guard let slot = delivery.slot else { continue }
            let key = DeliveryKey(event: submission.id, endpoint: delivery.endpoint)
            guard stored.isLeased(key) else {
                lanes.giveBack(slot, isWanted: true)
                continue
            }
            let isReply = delivery.endpoint == submission.replyEndpoint
            isHeldHere = isHeldHere || isReply
            lanes.begin(
                LeasedDelivery(
                    key: key, event: event, attempt: 1, token: 1, leaseEnds: leasedAt + slot.lease, age: .zero,
                    answersPlatform: isReply),
                in: slot)
        }
        pending.done(.success(.stored(isHeldHere: isHeldHere)))
    }

    private func conclude(_ pending: PendingSubmission, _ failure: Result<Acceptance, InboxError>) {
        giveBackSlots(of: pending.submission, areWanted: false)
        pending.done(failure)
    }

    private func giveBackSlots(of submission: Submission, areWanted: Bool) {
        for slot in submission.deliveries.compactMap(\.slot) { lanes.giveBack(slot, isWanted: areWanted) }
    }

    /// Tells everybody who waits, and takes nobody in until the database answers again: nobody should wait for
    /// a commit that cannot come.
    private func refuseUntilBack(_ group: [PendingSubmission], _ error: PostgresError) async {
        logger.error(
            "events cannot be stored, and calls are answered 503 until they can",
            metadata: ["events": "\(group.count)", "error": "\(error)"])
        let failure: InboxError = error.isOutcomeUnknown ? .unknown : .unavailable
        isDatabaseAway.store(true, ordering: .relaxed)
        for pending in group { conclude(pending, .failure(failure)) }
        var backoff = Duration.milliseconds(50)
        while true {
            for pending in arrivals.takeAll() { conclude(pending, .failure(.unavailable)) }
            if Task.isCancelled || Task.isShuttingDownGracefully { return }
            do {
                try await store.check()
                if error.isOutcomeUnknown { try await store.giveBack(group.map(\.submission)) }
                break
            } catch {
                await Task.pause(for: backoff)
                backoff = min(backoff * 2, .milliseconds(500))
            }
        }
        isDatabaseAway.store(false, ordering: .relaxed)
        logger.notice("events are stored again")
    }
}

extension Event {
    fileprivate convenience init(_ submission: Submission) {
        self.init(
            id: submission.id, app: submission.app, type: submission.arrival.type,
            orderNo: submission.arrival.orderNo, body: submission.arrival.body, trace: submission.arrival.trace)
    }
}
