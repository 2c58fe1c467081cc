package import Logging
package import OutboundHTTP
package import RelayCore
import ServiceLifecycle
import Synchronization
import YouzanAPI

/// Attempts leased deliveries: sign, call, judge, record. Each endpoint is a lane of its own.
package final class Courier: Lanes, Service {
    private let lanes: LaneBoard
    private let destinations: Destinations
    private let ledger: any Ledger
    private let breakers: any BreakerBoard
    private let tokens: TokenDesk
    private let shutdownGrace: Duration
    private let unixMilliseconds: @Sendable () -> Int64
    private let logger: Logger
    private let metrics = AttemptMetrics()

    /// Those whose attempts need a task.
    private let excursions = Mailbox<LeasedDelivery>()
    private let openTurns = OpenTurns()
    private let isStopping = Atomic(false)
    private let stop = Signal()

    /// - Parameters:
    ///   - wake: raised when deliveries in the outbox may have a free slot.
    ///   - memory: for the deliveries that lanes hold, in bytes.
    ///   - shutdownGrace: how long calls in flight may go on once the relay is told to stop.
    package init(
        platforms: [any Platform], ledger: any Ledger, breakers: any BreakerBoard, accessTokens: any AccessTokenStore,
        outside: Outside,
        wake: Signal, memory: Int = 128 << 20, shutdownGrace: Duration = .seconds(10),
        unixMilliseconds: @escaping @Sendable () -> Int64,
        logger: Logger
    ) {
        self.lanes = LaneBoard(memory: memory, wake: wake)
        self.tokens = TokenDesk(store: accessTokens, logger: logger)
        self.destinations = Destinations(platforms: platforms, outside: outside, tokens: tokens, logger: logger)
        self.ledger = ledger
        self.breakers = breakers
        self.shutdownGrace = shutdownGrace
        self.unixMilliseconds = unixMilliseconds
        self.logger = logger
    }

    /// Takes a new configuration; calls in flight end as they began.
    package func configure(_ directory: Directory) {
        let broken = lanes.broken.map { (endpoint: $0, name: destinations.name(of: $0)) }
        destinations.configure(directory)
        for endpoint in directory.endpoints.values { metrics.prepare(for: endpoint.name) }
        begin(lanes.configure(directory.endpoints.values)[...])
        let stillBroken = Set(lanes.broken)
        for (endpoint, name) in broken where !stillBroken.contains(endpoint) { announceClosed(endpoint, name) }
    }

    /// By endpoint.
    package var callsInFlight: [String: Int] {
        let running = lanes.callsInFlight.map { (destinations.name(of: $0.key), $0.value) }
        return Dictionary(running, uniquingKeysWith: +)
    }

    /// By endpoint: whether it is left alone because it keeps failing.
    package var breakersOpen: [String: Bool] {
        let broken = Set(lanes.broken)
        let states = lanes.callsInFlight.keys.map { (destinations.name(of: $0), broken.contains($0)) }
        return Dictionary(states) { $0 || $1 }
    }

    /// Bytes of the deliveries that the lanes hold.
    package var heldBytes: Int {
        lanes.heldBytes
    }

    package func takeSlot(of endpoint: EndpointID, weight: Int) -> LaneSlot? {
        lanes.takeSlot(of: endpoint, weight: weight)
    }

    package func giveBack(_ slot: LaneSlot, isWanted: Bool) {
        lanes.giveBack(slot, isWanted: isWanted)
    }

    package func takeOpenings() -> [LaneOpening] {
        lanes.takeOpenings()
    }

    package func close(_ opening: LaneOpening, used: Int) {
        lanes.close(opening, used: used)
    }

    package func begin(_ delivery: LeasedDelivery, in slot: LaneSlot) {
        if lanes.beginCall(delivery, in: slot) { begin([delivery]) }
    }

    private func begin(_ turns: ArraySlice<LeasedDelivery>) {
        var turns = turns
        while let delivery = turns.popFirst() {
            if openTurns.enter() {
                handOver(delivery)
            } else {
                record(AttemptReport(delivery, verdict: .notStarted))
                turns += lanes.endCall(of: delivery.key.endpoint)
            }
        }
    }

    /// Makes room for the next call at once; the slot itself is free when the report is written.
    private func end(_ report: AttemptReport) {
        record(report)
        begin(lanes.endCall(of: report.delivery.key.endpoint))
        openTurns.leave()
    }

    /// Brings a delivery to where its turn is taken: to the event loop of its endpoint's connections or, where its attempt
    /// is more than a call, to a task of its own.
    private func handOver(_ delivery: LeasedDelivery) {
        if case .found(let destination) = destinations.look(up: delivery.key.endpoint),
            case .webhook = destination.manner
        {
            let (turns, http) = (destination.turns, destination.http)
            if turns.put(delivery) { http.onEventLoop { self.serve(turns, of: http) } }
        } else if !excursions.put(delivery) {
            end(AttemptReport(delivery, verdict: .notStarted))
        }
    }

    /// On the event loop.
    private func serve(_ turns: TurnQueue, of http: HTTPDestination) {
        for delivery in turns.takePass() {
            switch takeTurn(delivery) {
            case .over(let report): end(report)
            case .call(let attempt, let destination, let platform):
                guard case .webhook(let webhook) = destination.manner, webhook.http === http else {
                    // The endpoint was configured anew on the way.
                    handOver(delivery)
                    continue
                }
                webhook.carryOut(attempt, of: platform, unixMilliseconds: unixMilliseconds) { self.end($0) }
            }
        }
        if turns.goesOn() { http.onEventLoopLater { self.serve(turns, of: http) } }
    }

    /// Told to stop, it lets calls in flight go on for a while, cuts short what is left, and has every lease given back.
    /// Cancelled, it cuts them short at once.
    package func run() async {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup { group in
                group.addTask {
                    await self.makeExcursions()
                    await self.openTurns.drained()
                }
                group.addTask {
                    await self.stop.sleep(atMost: .seconds(Int64.max / 2))
                    await Task.pause(for: self.shutdownGrace)
                }
                group.addTask { await self.destinations.closeRetired() }
                group.addTask { await self.tokens.run() }
                await group.next()
                group.cancelAll()
                self.tokens.close()
                self.destinations.cutShort()
            }
        } onCancelOrGracefulShutdown: {
            self.isStopping.store(true, ordering: .relaxed)
            self.openTurns.close()
            self.excursions.close()
            self.stop.raise()
        }
    }

    private func makeExcursions() async {
        await withDiscardingTaskGroup { group in
            while true {
                let batch = await excursions.take(atMost: 256)
                if batch.isEmpty { break }
                for delivery in batch {
                    group.addTask { await self.makeExcursion(delivery) }
                }
            }
        }
    }

    /// Takes at most the endpoint's timeout, whatever the attempt consists of.
    private func makeExcursion(_ delivery: LeasedDelivery) async {
        switch takeTurn(delivery) {
        case .over(let report): end(report)
        case .call(let attempt, let destination, let platform):
            switch destination.manner {
            case .youzan(let shop):
                end(await shop.carryOut(attempt, of: platform, unixMilliseconds: unixMilliseconds))
            case .robot(let robot):
                end(await robot.carryOut(attempt, of: platform))
            case .webhook:
                // The endpoint was configured anew on the way.
                handOver(delivery)
            }
        }
    }

    private enum Turn {
        case over(AttemptReport)
        case call(Attempt, Destination, any Platform)
    }

    /// What has to be seen right before the call.
    private func takeTurn(_ delivery: LeasedDelivery) -> Turn {
        if isStopping.load(ordering: .relaxed) || lanes.isBlocked(delivery.key.endpoint) {
            return .over(AttemptReport(delivery, verdict: .notStarted))
        }
        switch destinations.look(up: delivery.key.endpoint) {
        case .found(let destination):
            let attempt = Attempt(delivery, destination.endpoint, hiding: destination.secrets)
            if let report = attempt.endBeforeCalling(at: .now) { return .over(report) }
            guard let platform = destinations.platform(of: delivery.event.app) else {
                return .over(attempt.failed("the event's app is not configured", retryAfter: nil))
            }
            return .call(attempt, destination, platform)
        case .unusable(let endpoint, let reason):
            let attempt = Attempt(delivery, endpoint)
            return .over(attempt.endBeforeCalling(at: .now) ?? attempt.failed(reason, retryAfter: nil))
        case .unknown:
            return .over(AttemptReport(delivery, verdict: .notStarted))
        }
    }

    private func record(_ report: AttemptReport) {
        let endpoint = report.delivery.key.endpoint
        if report.pausesEndpoint { lanes.pause(endpoint) }
        log(report)
        let wasCalled = report.startedAt != nil
        if let word = report.word { note(word, of: endpoint) }
        ledger.record(report) { [lanes] unblocks in
            lanes.release(report.delivery, wasCalled: wasCalled, unblocks: unblocks)
        }
    }

    private func note(_ word: Breaker.Word, of endpoint: EndpointID) {
        guard let (transition, waiting) = lanes.note(word, of: endpoint) else { return }
        let name = destinations.name(of: endpoint)
        switch transition {
        case .closed:
            announceClosed(endpoint, name)
        case .opened(let reason):
            breakers.opened(endpoint, reason: reason)
            logger.warning(
                "an endpoint keeps failing, and is left alone but for single probes",
                metadata: ["endpoint": "\(name)", "reason": "\(reason)", "given_back": "\(waiting.count)"])
        }
        for delivery in waiting { record(AttemptReport(delivery, verdict: .notStarted)) }
    }

    private func announceClosed(_ endpoint: EndpointID, _ name: String) {
        breakers.closed(endpoint)
        logger.notice("an endpoint that kept failing is called again", metadata: ["endpoint": "\(name)"])
    }

    private func log(_ report: AttemptReport) {
        let (level, message, result): (Logger.Level, Logger.Message, String) =
            switch report.verdict {
            case .settle(.delivered): (.debug, "delivered", "delivered")
            case .settle(let state): (.warning, "a delivery ended", state.rawValue)
            case .reschedule: (.info, "an attempt failed", "failed")
            case .interrupted: (.warning, "an attempt was cut short by the shutdown", "interrupted")
            case .notStarted: (.debug, "a delivery was given back", "not_started")
            case .postponed: (.info, "a delivery was postponed", "postponed")
            }
        let endpoint = destinations.name(of: report.delivery.key.endpoint)
        metrics.count(result, at: endpoint, took: report.took)
        logger.log(
            level: level, message,
            metadata: [
                "event": "\(report.delivery.key.event)", "order_no": "\(report.delivery.event.orderNo)",
                "endpoint": "\(endpoint)", "attempt": "\(report.delivery.attempt)",
                "result": "\(result)", "reason": "\(report.loggedReason)",
                "trace_id": "\(report.delivery.event.trace.traceID)",
            ])
    }
}

extension AttemptReport {
    /// The reason of a refusal is what the merchant wrote, and that is kept out of logs.
    fileprivate var loggedReason: String {
        if case .settle(.refused) = verdict, !pausesEndpoint { return "the merchant said no" }
        return reason ?? ""
    }
}
