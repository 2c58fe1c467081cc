import RelayCore

/// The slots of one endpoint. Pure: the time comes as an argument.
///
/// As many calls run at a time as the endpoint allows. Some more deliveries are held here and wait for their call: that
/// spares them the claim, which is a write for each.
///
/// A reference, as it is much to copy; whoever holds it sees to it that one at a time does.
final class LaneState {
    private(set) var slot: LaneSlot
    private var limit: Int
    /// What is left of a quota is known to the database alone: it is taken with each claim, and with nothing else.
    private var hasQuota: Bool
    private var rate: Rate?
    private var bucket: TokenBucket?
    private(set) var isPaused: Bool
    /// Nil where it is turned off.
    private var breaker: Breaker?
    private var settings: EndpointSettings
    /// Slots in use: deliveries that wait for their call, are called, or have an outcome that is not written yet.
    private(set) var held = 0
    private(set) var running = 0
    private var waiting: ArraySlice<LeasedDelivery> = []
    /// Deliveries that are older than a new one wait in the outbox: the new one has to wait behind them.
    private(set) var hasBacklog = false

    init(_ endpoint: Endpoint, settleTime: Duration, at now: ContinuousClock.Instant) {
        slot = LaneSlot(endpoint: endpoint.id, lease: endpoint.timeout + settleTime)
        limit = endpoint.maxInFlight
        hasQuota = endpoint.dailyQuota != nil
        isPaused = endpoint.isPaused
        rate = endpoint.rate
        bucket = endpoint.rate.map { TokenBucket($0, at: now) }
        breaker = endpoint.breaker ? Breaker() : nil
        settings = endpoint.settings
    }

    /// What runs goes on, also above a lower limit.
    func configure(_ endpoint: Endpoint, settleTime: Duration, at now: ContinuousClock.Instant) {
        slot = LaneSlot(endpoint: endpoint.id, lease: endpoint.timeout + settleTime)
        limit = endpoint.maxInFlight
        hasQuota = endpoint.dailyQuota != nil
        if !endpoint.breaker {
            if isBroken { hasBacklog = true }
            breaker = nil
        } else if breaker == nil {
            breaker = Breaker()
        } else if settings != endpoint.settings || isPaused && !endpoint.isPaused {
            breaker?.probeSoon(at: now)
        }
        settings = endpoint.settings
        // Events that came in the meantime wait in the outbox.
        if isPaused, !endpoint.isPaused { hasBacklog = true }
        isPaused = endpoint.isPaused
        if rate != endpoint.rate {
            rate = endpoint.rate
            bucket = endpoint.rate.map { TokenBucket($0, at: now) }
        }
    }

    func pause() {
        isPaused = true
    }

    /// Whether the breaker is open.
    var isBroken: Bool {
        breaker?.isOpen ?? false
    }

    /// Whether calls are made at all.
    var isBlocked: Bool {
        isPaused || !(breaker?.letsThrough ?? true)
    }

    /// With a rate nothing waits here: its token is spent by then, and what waited would be called in a burst.
    private var capacity: Int {
        limit + (bucket == nil ? min(limit * 8, 512) : 0)
    }

    private var free: Int {
        capacity - held
    }

    /// Whether deliveries of the outbox are to be claimed now. Claiming a few costs as much as claiming many: while enough
    /// waits here for its call, it is left until there is room for a good part of what can be held.
    var isClaimable: Bool {
        hasBacklog && (waiting.count < limit || free >= capacity / 4)
    }

    /// - Parameter hasRoom: whether the relay has memory for another delivery of the lane.
    func takeSlot(at now: ContinuousClock.Instant, hasRoom: Bool) -> LaneSlot? {
        guard !isPaused, !isBroken, !hasQuota, !hasBacklog, free > 0, hasRoom, bucket?.take(1, at: now) ?? true else {
            hasBacklog = true
            return nil
        }
        held += 1
        return slot
    }

    /// All free slots where deliveries are known to wait; a single one elsewhere, to find out, so that new events are
    /// not kept from theirs. While the breaker is open, one for a probe, once nothing else is held any more.
    ///
    /// - Parameter room: how many deliveries the relay has memory for.
    func takeOpening(at now: ContinuousClock.Instant, room: Int) -> LaneOpening? {
        guard !isPaused else { return nil }
        if hasBacklog, !isBroken, !isClaimable { return nil }
        var count = min(hasBacklog && !isBroken ? free : min(free, 1), room)
        if isBroken { count = held == 0 && breaker?.wantsProbe(at: now) == true ? count : 0 }
        if bucket != nil { count = min(count, bucket?.available(at: now) ?? 0) }
        guard count > 0 else { return nil }
        _ = bucket?.take(count, at: now)
        held += count
        breaker?.beginProbe()
        return LaneOpening(slot: slot, count: count)
    }

    /// A lane that was filled may have more to come; one that was not has nothing due.
    func close(_ opening: LaneOpening, used: Int) {
        held -= opening.count - used
        bucket?.giveBack(opening.count - used)
        if used == 0 { breaker?.giveProbeBack() }
        hasBacklog = used == opening.count
    }

    /// Takes back a slot in which no call was made.
    func giveBack(isWanted: Bool) {
        held -= 1
        bucket?.giveBack(1)
        if isWanted { hasBacklog = true }
    }

    /// Whether the delivery's call may begin now; otherwise its turn comes with `takeTurns`.
    func beginCall(_ delivery: LeasedDelivery) -> Bool {
        // What the breaker holds up comes to its turn at once, to be given back.
        guard running < limit || !(breaker?.letsThrough ?? true) else {
            waiting.append(delivery)
            return false
        }
        running += 1
        return true
    }

    func endCall() {
        running -= 1
    }

    /// The deliveries whose calls may begin, since others have ended or the limit was raised.
    func takeTurns() -> ArraySlice<LeasedDelivery> {
        let turns = waiting.prefix(max(limit - running, 0))
        waiting.removeFirst(turns.count)
        running += turns.count
        return turns
    }

    /// What came of a delivery is written. `unblocks`: another one waits in the outbox for it.
    func release(wasCalled: Bool, unblocks: Bool = false) {
        held -= 1
        if unblocks { hasBacklog = true }
        if !wasCalled { bucket?.giveBack(1) }
        // A probe that said nothing of the endpoint, even if there was a call.
        breaker?.giveProbeBack()
    }

    /// What a call said of the endpoint. Where the breaker opens, it returns what waits for its call, to be given back.
    func note(
        _ word: Breaker.Word, at now: ContinuousClock.Instant, jitter: @autoclosure () -> Double
    ) -> (transition: Breaker.Transition, waiting: ArraySlice<LeasedDelivery>)? {
        guard let transition = breaker?.note(word, at: now, jitter: jitter()) else { return nil }
        // What came in the meantime, or comes back now, waits in the outbox.
        hasBacklog = true
        switch transition {
        case .closed:
            return (transition, [])
        case .opened:
            defer { waiting = [] }
            return (transition, waiting)
        }
    }
}
