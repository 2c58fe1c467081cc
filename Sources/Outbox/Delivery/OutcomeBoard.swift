package import Logging
package import PostgreSQL
package import RelayCore
import ServiceLifecycle
import Synchronization

/// Wakes platforms' calls when their deliveries are settled: at once when this relay settles them, and by looking into
/// the database when another one does.
package final class OutcomeBoard: Outcomes, Service {
    private static let tick = Duration.milliseconds(20)
    private static let timeout = Duration.seconds(2)

    private struct Entry {
        var listeners = 0
        var isHeldHere = false
        var outcome: Outcome?
        var callers: [Caller] = []
        var nextLook = ContinuousClock.now
        var pause = Duration.milliseconds(40)

        func hasWork(at now: ContinuousClock.Instant) -> Bool {
            isToBeLookedUp(at: now) || callers.contains { $0.deadline <= now }
        }

        func isToBeLookedUp(at now: ContinuousClock.Instant) -> Bool {
            !callers.isEmpty && !isHeldHere && nextLook <= now
        }
    }

    private struct Caller {
        let deadline: ContinuousClock.Instant
        let done: @Sendable (Outcome?) -> Void
    }

    private struct State {
        var entries: [DeliveryKey: Entry] = [:]
        var callerCount = 0
        var isLookingUp = false
        var isClosed = false
    }

    private let pool: PostgresPool
    private let logger: Logger
    private let state = Mutex(State())
    private let someoneWaits = Signal()

    package init(pool: PostgresPool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    package func expect(_ key: DeliveryKey) -> ExpectedOutcome {
        state.withLock { $0.entries[key, default: Entry()].listeners += 1 }
        return ExpectedOutcome(key: key)
    }

    package func dismiss(_ expected: ExpectedOutcome) {
        state.withLock { state in
            guard var entry = state.entries.removeValue(forKey: expected.key) else { return }
            entry.listeners -= 1
            if entry.listeners > 0 { state.entries[expected.key] = entry }
        }
    }

    package func outcome(
        _ expected: ExpectedOutcome, isHeldHere: Bool, by deadline: ContinuousClock.Instant,
        _ done: @escaping @Sendable (Outcome?) -> Void
    ) {
        let (outcome, isOver, isFirst) = state.withLock { state -> (Outcome?, Bool, Bool) in
            guard var entry = state.entries.removeValue(forKey: expected.key), !state.isClosed else {
                return (nil, true, false)
            }
            defer { state.entries[expected.key] = entry }
            if let outcome = entry.outcome { return (outcome, true, false) }
            if deadline <= .now { return (nil, true, false) }
            entry.callers.append(Caller(deadline: deadline, done: done))
            if isHeldHere { entry.isHeldHere = true }
            state.callerCount += 1
            return (nil, false, state.callerCount == 1)
        }
        if isOver { return done(outcome) }
        if isFirst { someoneWaits.raise() }
    }

    /// Tells everybody who waits for it; an outcome that nobody expects is forgotten.
    package func post(_ outcome: Outcome) {
        let callers = state.withLock { state -> [Caller] in
            guard var entry = state.entries.removeValue(forKey: outcome.key) else { return [] }
            let callers = entry.callers
            entry.outcome = outcome
            entry.callers = []
            state.callerCount -= callers.count
            state.entries[outcome.key] = entry
            return callers
        }
        for caller in callers { caller.done(outcome) }
    }

    /// This relay does not hold the delivery any more: whoever waits for it has to look into the database.
    package func release(_ key: DeliveryKey) {
        state.withLock { $0.entries[key]?.isHeldHere = false }
    }

    package func askAgain(_ key: DeliveryKey) async throws(InboxError) -> Bool {
        do {
            let rows = try await pool.query(
                "SELECT yizhan.ask_again($1, $2)", [.uuid(key.event.bits), .int32(key.endpoint.number)],
                timeout: Self.timeout)
            return try rows[0].bool(0)
        } catch {
            logger.error("a delivery could not be requeued", metadata: ["error": "\(error)"])
            throw error.isOutcomeUnknown ? .unknown : .unavailable
        }
    }

    package func run() async {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    if self.state.withLock({ $0.callerCount }) == 0 {
                        await self.someoneWaits.sleep(atMost: .seconds(3600))
                        continue
                    }
                    await Task.pause(for: Self.tick)
                    let due = self.endPatience(at: .now)
                    // Beside the loop, which ends the patience of callers also while the database hangs.
                    if !due.isEmpty { group.addTask { await self.lookUp(due) } }
                }
            }
        }
        for caller in state.withLock({ Self.close(&$0) }) { caller.done(nil) }
    }

    private static func close(_ state: inout State) -> [Caller] {
        let callers = state.entries.values.flatMap(\.callers)
        state = State(isClosed: true)
        return callers
    }

    /// Lets go those who have waited long enough, and returns what is to be looked up for the others; nothing while the
    /// look before is still under way.
    private func endPatience(at now: ContinuousClock.Instant) -> [DeliveryKey] {
        let (late, due) = state.withLock { state -> ([Caller], [DeliveryKey]) in
            var late: [Caller] = []
            var due: [DeliveryKey] = []
            // Most entries stay as they are: only the others are written.
            for (key, entry) in state.entries where entry.hasWork(at: now) {
                var entry = entry
                late += entry.callers.filter { $0.deadline <= now }
                entry.callers.removeAll { $0.deadline <= now }
                if entry.isToBeLookedUp(at: now) {
                    due.append(key)
                    entry.nextLook = now + entry.pause
                    entry.pause = min(entry.pause * 2, .milliseconds(500))
                }
                state.entries[key] = entry
            }
            state.callerCount -= late.count
            state.isLookingUp = state.isLookingUp || !due.isEmpty
            return (late, due)
        }
        for caller in late { caller.done(nil) }
        return due
    }

    private func lookUp(_ keys: [DeliveryKey]) async {
        defer { state.withLock { $0.isLookingUp = false } }
        do {
            let rows = try await pool.query(
                "SELECT event_id, endpoint_id, state, answer FROM yizhan.outcomes_of($1, $2)",
                [.uuids(keys.map(\.event.bits)), .int32s(keys.map(\.endpoint.number))], timeout: Self.timeout)
            for index in 0..<rows.count {
                let row = rows[index]
                let key = DeliveryKey(
                    event: EventID(bits: try row.uuid(0)), endpoint: EndpointID(try row.int32(1)))
                if let outcome = try Outcome(key, row, state: 2, answer: 3) { post(outcome) }
            }
        } catch {
            logger.debug("outcomes could not be looked up", metadata: ["error": "\(error)"])
        }
    }
}
