package import Logging
import Metrics
package import PostgreSQL
package import RelayCore
import ServiceLifecycle
import Synchronization

/// Brings due deliveries from the outbox to the lanes: retries, requeued ones, those born without a lease, and those
/// whose lease ran out because a relay died.
///
/// One for each relay. It asks for no more than the lanes' free slots.
package final class Claimer: Service {
    /// How often it looks without being told: bounds how late a retry, or a dead relay's delivery, is.
    private static let pollInterval = Duration.milliseconds(500)
    private static let timeout = Duration.seconds(10)
    /// Of a sweep: meanwhile nothing is claimed.
    private static let sweepTime = Duration.seconds(1)
    /// Where a floor is not known: without it a claim would take as long.
    private static let firstSearchTimeout = Duration.seconds(30)

    private let pool: PostgresPool
    private let relay: Int32
    private let lanes: any Lanes
    private let wake: Signal
    private let floorInterval: Duration
    private let logger: Logger
    private let wantsSweep = Atomic(false)

    private let claimed = Counter(label: "yizhan_claimed_deliveries_total")

    /// - Parameters:
    ///   - wake: raised when there may be work before the next look.
    ///   - floorInterval: how old what is known of the first due deliveries may be. Bounds how late one is that was committed
    ///     long after it was due, unless an old transaction makes looking for it slow.
    package init(
        pool: PostgresPool, relay: Int32, lanes: any Lanes, wake: Signal, floorInterval: Duration = .seconds(5),
        logger: Logger
    ) {
        self.pool = pool
        self.relay = relay
        self.lanes = lanes
        self.wake = wake
        self.floorInterval = floorInterval
        self.logger = logger
    }

    /// Somebody else has put deliveries into the outbox, or made some due.
    package func outboxChanged() {
        // They may have done so long before their commit.
        wantsSweep.store(true, ordering: .relaxed)
        wake.raise()
    }

    package func run() async {
        await cancelWhenGracefulShutdown { [self] in
            var isAway = false
            var floors = DueFloors(interval: floorInterval)
            while !Task.isCancelled {
                do {
                    let found = try await claim(&floors)
                    if isAway { logger.notice("deliveries are claimed again") }
                    isAway = false
                    if found { continue }
                } catch PostgresError.cancelled {
                    break
                } catch {
                    logger.log(
                        level: isAway ? .debug : .warning, "deliveries could not be claimed",
                        metadata: ["error": "\(error)"])
                    isAway = true
                }
                await wake.sleep(atMost: Self.pollInterval)
            }
        }
    }

    /// Returns whether a lane was filled, so that there may be more.
    private func claim(_ floors: inout DueFloors) async throws(PostgresError) -> Bool {
        let openings = lanes.takeOpenings()
        var mayHaveMore = false
        // A lease is as long as its endpoint's calls may take; most endpoints have the same.
        let byLease = Dictionary(grouping: openings, by: \.slot.lease)
        var remaining = openings
        do {
            if !openings.isEmpty { try await refresh(&floors, for: openings.map(\.slot.endpoint)) }
            for (lease, group) in byLease {
                let used = try await claim(group, lease: lease, floors)
                remaining.removeAll { $0.slot.lease == lease }
                for opening in group {
                    let count = used[opening.slot.endpoint] ?? 0
                    lanes.close(opening, used: count)
                    mayHaveMore = mayHaveMore || count == opening.count
                }
            }
        } catch {
            for opening in remaining { lanes.close(opening, used: 0) }
            throw error
        }
        return mayHaveMore
    }

    private func refresh(_ floors: inout DueFloors, for endpoints: [EndpointID]) async throws(PostgresError) {
        let isSweepWanted = wantsSweep.load(ordering: .relaxed)
        guard let search = floors.search(for: endpoints, at: .now, isSweepWanted: isSweepWanted) else { return }
        guard search.isSweep else { return floors.note(try await find(search), by: search) }
        // Before it is made: what is told meanwhile may not be found by it.
        wantsSweep.store(false, ordering: .relaxed)
        if let found = try await find(search, within: Self.sweepTime) {
            floors.note(found, by: search)
        } else {
            logger.warning(
                "an old transaction keeps what was delivered from being removed: what is committed late is found late")
            floors.pauseSweeps(after: search)
            wantsSweep.store(true, ordering: .relaxed)
        }
    }

    /// Nil where it is not done in time; the server is told to end it then.
    private func find(
        _ search: DueFloors.Search, within limit: Duration
    ) async throws(PostgresError) -> [EndpointID: Int64]? {
        let query = Task { () async -> Result<[EndpointID: Int64], PostgresError> in
            do throws(PostgresError) { return .success(try await find(search)) } catch { return .failure(error) }
        }
        let end = Task {
            await Task.pause(for: limit)
            query.cancel()
        }
        defer { end.cancel() }
        let result = await withTaskCancellationHandler {
            await query.value
        } onCancel: {
            query.cancel()
        }
        if case .failure(.cancelled) = result, !Task.isCancelled { return nil }
        return try result.get()
    }

    private func find(_ search: DueFloors.Search) async throws(PostgresError) -> [EndpointID: Int64] {
        let rows = try await pool.query(
            "SELECT endpoint_id, due_at FROM yizhan.first_due($1, $2)",
            [.int32s(search.endpoints.map(\.number)), .timestamps(unixMicroseconds: search.floors)],
            timeout: search.floors.contains(nil) ? Self.firstSearchTimeout : Self.timeout)
        var found: [EndpointID: Int64] = [:]
        for index in 0..<rows.count {
            found[EndpointID(try rows[index].int32(0))] = try rows[index].unixMicroseconds(1)
        }
        return found
    }

    /// Returns how many deliveries each endpoint got.
    private func claim(
        _ openings: [LaneOpening], lease: Duration, _ floors: DueFloors
    ) async throws(PostgresError) -> [EndpointID: Int] {
        let leaseEnds = ContinuousClock.now + lease
        let rows = try await pool.query(
            """
            SELECT event_id, endpoint_id, attempt, token, age, app_id, type, order_no, body, answers_platform,
                traceparent
            FROM yizhan.claim($1, $2, $3, $4, $5)
            """,
            [
                .int32(relay), .interval(lease), .int32s(openings.map(\.slot.endpoint.number)),
                .int32s(openings.map { Int32($0.count) }),
                .timestamps(unixMicroseconds: openings.map { floors[$0.slot.endpoint] }),
            ],
            timeout: Self.timeout)
        claimed.increment(by: rows.count)
        var deliveries: [LeasedDelivery] = []
        for index in 0..<rows.count {
            deliveries.append(try LeasedDelivery(rows[index], leaseEnds: leaseEnds))
        }
        let slots = Dictionary(uniqueKeysWithValues: openings.map { ($0.slot.endpoint, $0.slot) })
        for delivery in deliveries {
            if let slot = slots[delivery.key.endpoint] { lanes.begin(delivery, in: slot) }
        }
        return deliveries.reduce(into: [:]) { $0[$1.key.endpoint, default: 0] += 1 }
    }
}

extension LeasedDelivery {
    fileprivate convenience init(_ row: PostgresRow, leaseEnds: ContinuousClock.Instant) throws(PostgresError) {
        let id = EventID(bits: try row.uuid(0))
        self.init(
            key: DeliveryKey(event: id, endpoint: EndpointID(try row.int32(1))),
            event: Event(
                id: id, app: AppID(try row.int32(5)), type: try row.text(6), orderNo: try row.text(7),
                body: try row.bytes(8), trace: try row.optional.text(10).flatMap { TraceContext(traceparent: $0) }),
            attempt: Int(try row.int32(2)),
            token: try row.int64(3),
            leaseEnds: leaseEnds,
            age: try row.interval(4),
            answersPlatform: try row.bool(9))
    }
}
