import RelayCore

/// The slots of one endpoint. Pure: the time comes as an argument.
struct LaneState {
    private(set) var slot: LaneSlot
    private var limit: Int
    private var rate: Rate?
    private var bucket: TokenBucket?
    private(set) var isPaused: Bool
    private(set) var inFlight = 0
    /// Deliveries that are older than a new one wait in the outbox: the new one has to wait behind them.
    private(set) var hasBacklog = false

    init(_ endpoint: Endpoint, settleTime: Duration, at now: ContinuousClock.Instant) {
        slot = LaneSlot(endpoint: endpoint.id, lease: endpoint.timeout + settleTime)
        limit = endpoint.maxInFlight
        isPaused = endpoint.isPaused
        rate = endpoint.rate
        bucket = endpoint.rate.map { TokenBucket($0, at: now) }
    }

    /// What is in flight stays in flight, also above a lower limit.
    mutating func configure(_ endpoint: Endpoint, settleTime: Duration, at now: ContinuousClock.Instant) {
        slot = LaneSlot(endpoint: endpoint.id, lease: endpoint.timeout + settleTime)
        limit = endpoint.maxInFlight
        // Events that came in the meantime wait in the outbox.
        if isPaused, !endpoint.isPaused { hasBacklog = true }
        isPaused = endpoint.isPaused
        if rate != endpoint.rate {
            rate = endpoint.rate
            bucket = endpoint.rate.map { TokenBucket($0, at: now) }
        }
    }

    mutating func pause() {
        isPaused = true
    }

    mutating func takeSlot(at now: ContinuousClock.Instant) -> LaneSlot? {
        guard !isPaused, !hasBacklog, inFlight < limit, bucket?.take(1, at: now) ?? true else {
            hasBacklog = true
            return nil
        }
        inFlight += 1
        return slot
    }

    /// All free slots where deliveries are known to wait; a single one elsewhere, to find out, so that new events are
    /// not kept from theirs.
    mutating func takeOpening(at now: ContinuousClock.Instant) -> LaneOpening? {
        guard !isPaused else { return nil }
        var count = hasBacklog ? limit - inFlight : min(limit - inFlight, 1)
        if bucket != nil { count = min(count, bucket?.available(at: now) ?? 0) }
        guard count > 0 else { return nil }
        _ = bucket?.take(count, at: now)
        inFlight += count
        return LaneOpening(slot: slot, count: count)
    }

    /// A lane that was filled may have more to come; one that was not has nothing due.
    mutating func close(_ opening: LaneOpening, used: Int) {
        inFlight -= opening.count - used
        bucket?.giveBack(opening.count - used)
        hasBacklog = used == opening.count
    }

    /// Takes back a slot in which no call was made.
    mutating func giveBack(isWanted: Bool) {
        inFlight -= 1
        bucket?.giveBack(1)
        if isWanted { hasBacklog = true }
    }

    /// A call has ended, and what came of it is written.
    mutating func free() {
        inFlight -= 1
    }
}
