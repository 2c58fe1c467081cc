package import Logging
import Metrics
package import RelayCore

/// The way of one verified event from its arrival to what the platform hears.
package final class Intake: Sendable {
    /// What a platform is told to wait before it asks again.
    static let retryAfterSeconds = 2

    private let inbox: any Inbox
    private let lanes: any Lanes
    private let outcomes: any Outcomes
    private let ids: EventIDSource
    private let logger: Logger
    let metrics = CallMetrics()

    package init(
        inbox: any Inbox, lanes: any Lanes, outcomes: any Outcomes, ids: EventIDSource, logger: Logger
    ) {
        self.inbox = inbox
        self.lanes = lanes
        self.outcomes = outcomes
        self.ids = ids
        self.logger = logger
    }

    /// To be called with each new configuration: its metrics begin at 0.
    package func prepare(for directory: Directory) {
        metrics.prepare(for: directory)
    }

    /// - Parameters:
    ///   - awaitsOutcome: whether the platform's call waits for what the merchant says.
    ///   - done: called once, on any thread.
    func take(
        _ arrival: Arrival, of app: App, awaitsOutcome: Bool, in directory: Directory,
        _ done: @escaping @Sendable (Reply) -> Void
    ) {
        guard let route = directory.route(for: arrival, of: app.id) else { return done(.failed(.refused(.noRoute))) }
        let policy = app.settings.reply
        let counters = metrics.apps[app.settings.name]
        let deadline = ContinuousClock.now + policy.wait
        let submission = plan(arrival, of: app, on: route, in: directory)
        // Before the commit, so that an outcome which is there first is not missed. Where nobody waits there is none yet.
        let expected =
            awaitsOutcome && policy.wait > .zero
            ? outcomes.expect(DeliveryKey(event: submission.id, endpoint: route.endpoint)) : nil
        inbox.accept(submission) { [self] acceptance in
            switch acceptance {
            case .success(.stored(let isHeldHere)):
                accepted(submission, counters, in: directory)
                guard let expected else { return done(awaitsOutcome ? .pending(policy) : .taken) }
                outcomes.outcome(expected, isHeldHere: isHeldHere, by: deadline) { [self] outcome in
                    outcomes.dismiss(expected)
                    done(reply(to: outcome, policy))
                }
                return
            case .success(.known(let known)):
                counters.repeated.increment()
                if awaitsOutcome {
                    Task { done(await reply(to: known, policy, by: deadline)) }
                } else {
                    done(known.hasSameContent ? .taken : .failed(.refused(.conflict)))
                }
            case .failure(let error):
                done(reply(to: error))
            }
            if let expected { outcomes.dismiss(expected) }
        }
    }

    /// The same, for who can wait.
    func take(_ arrival: Arrival, of app: App, awaitsOutcome: Bool, in directory: Directory) async -> Reply {
        await withCheckedContinuation { caller in
            take(arrival, of: app, awaitsOutcome: awaitsOutcome, in: directory) { caller.resume(returning: $0) }
        }
    }

    /// Stores what was found by asking a platform, as if the platform had called. Returns whether it was new; nil where no
    /// route leads anywhere.
    package func store(
        _ arrival: Arrival, of app: App, in directory: Directory
    ) async throws(InboxError) -> Bool? {
        guard let route = directory.route(for: arrival, of: app.id) else { return nil }
        let submission = plan(arrival, of: app, on: route, in: directory)
        switch try await inbox.accept(submission) {
        case .stored:
            accepted(submission, metrics.apps[app.settings.name], in: directory)
            return true
        case .known:
            return false
        }
    }

    private func accepted(_ submission: Submission, _ counters: AppMetrics, in directory: Directory) {
        counters.accepted.increment()
        for delivery in submission.deliveries {
            guard let name = directory.name(of: delivery.endpoint) else { continue }
            metrics.acceptedDeliveries[name].increment()
        }
        logger.debug(
            "accepted",
            metadata: [
                "event": "\(submission.id)", "order_no": "\(submission.arrival.orderNo)",
                "app": "\(directory.appsByID[submission.app]?.settings.name ?? "")",
                "trace_id": "\((submission.arrival.trace ?? TraceContext(begunFor: submission.id)).traceID)",
            ])
    }

    private func plan(_ arrival: Arrival, of app: App, on route: Route, in directory: Directory) -> Submission {
        let weight = Event.weight(ofBody: arrival.body.count)
        var endpoints = [route.endpoint]
        for copy in route.copies where !endpoints.contains(copy) { endpoints.append(copy) }
        return Submission(
            id: ids.next(), app: app.id, arrival: arrival, replyEndpoint: route.endpoint,
            deliveries: endpoints.map { endpoint in
                PlannedDelivery(
                    endpoint: endpoint, slot: lanes.takeSlot(of: endpoint, weight: weight),
                    isOrdered: arrival.isOrdered || directory.isOrdered(endpoint))
            })
    }

    private func reply(
        to known: KnownEvent, _ policy: ReplyPolicy, by deadline: ContinuousClock.Instant
    ) async -> Reply {
        guard known.hasSameContent else { return .failed(.refused(.conflict)) }
        switch known.outcome?.state {
        case .delivered, .refused, .cancelled:
            return reply(to: known.outcome, policy)
        case .exhausted, .expired:
            do {
                guard try await outcomes.askAgain(known.reply) else { return .pending(policy) }
            } catch {
                return reply(to: error)
            }
        case nil:
            break
        }
        let expected = outcomes.expect(known.reply)
        defer { outcomes.dismiss(expected) }
        return reply(to: await outcomes.outcome(expected, isHeldHere: false, by: deadline), policy)
    }

    private func reply(to outcome: Outcome?, _ policy: ReplyPolicy) -> Reply {
        guard let outcome else { return .pending(policy) }
        switch outcome.state {
        case .delivered, .refused:
            return outcome.answer.map { .settled(answer: $0) } ?? .pending(policy)
        case .cancelled:
            return .failed(.cancelled)
        case .exhausted, .expired:
            // A person decides; until then there is nothing final to say.
            return .pending(policy)
        }
    }

    /// Whether a call that wants something stored is better turned away before its body is read.
    var isOverloaded: Bool {
        inbox.isOverloaded
    }

    /// Nothing of the call was stored, nor anything else done with it.
    func shed(for reason: CallMetrics.Shedding) -> Reply {
        metrics.shed[reason].increment()
        return .failed(.overloaded(retryAfterSeconds: Self.retryAfterSeconds))
    }

    private func reply(to error: InboxError) -> Reply {
        switch error {
        case .full:
            return shed(for: .overloaded)
        case .unavailable:
            metrics.unavailable.increment()
            return .failed(.unavailable(retryAfterSeconds: Self.retryAfterSeconds))
        case .unknown:
            metrics.unknown.increment()
            return .failed(.unavailable(retryAfterSeconds: Self.retryAfterSeconds))
        }
    }
}
