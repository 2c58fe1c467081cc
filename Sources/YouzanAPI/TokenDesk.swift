package import Logging
import Metrics
package import RelayCore
import Synchronization

/// Gives out access tokens to all of a relay's attempts: one look into the database, and one renewal, however many ask.
///
/// A renewal is nobody's own: it goes on when the attempt that first needed it has given up.
package final class TokenDesk: Sendable {
    package enum Issue: Sendable {
        case token(AccessToken)
        /// There is none in time; when to ask again.
        case none(retryAfter: Duration)
        /// The asking task was cancelled.
        case cancelled
    }

    /// For the request to the platform.
    private static let requestLimit = Duration.seconds(10)
    /// For the request, and for keeping what came of it.
    private static let lease = Duration.seconds(15)
    /// Between two looks at a renewal of another relay's.
    private static let glance = Duration.milliseconds(200)
    private static let pauseWithoutDatabase = Duration.seconds(1)

    private struct State {
        var drawers: [AccessGrant: TokenDrawer] = [:]
        /// The latest that asked: a client whose secret was changed takes the place of the old one.
        var clients: [AccessGrant: YouzanClient] = [:]
        var lastWaiter: UInt64 = 0
    }

    private let store: any AccessTokenStore
    private let logger: Logger
    private let state = Mutex(State())
    private let errands = Mailbox<AccessGrant>()

    package init(store: any AccessTokenStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// - Parameters:
    ///   - refused: the version of a token that the platform refused; a newer one is given, and renewed for if need be.
    ///   - deadline: how long to wait where there is none.
    package func token(
        for client: YouzanClient, after refused: Int64 = 0, by deadline: ContinuousClock.Instant
    ) async -> Issue {
        let grant = client.grant
        let (token, number) = ask(client, after: refused)
        if let token { return .token(token) }
        async let _: Void = expire(number, of: grant, at: deadline)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let token = state.withLock { state -> AccessToken? in
                    var drawer = state.drawers[grant, default: TokenDrawer()]
                    let token = drawer.usableToken(at: .now)
                    if token == nil { drawer.wait(.init(number: number, continuation: continuation)) }
                    // The one who was out for a token may have come home in between.
                    if token == nil, drawer.sendOut(at: .now) { _ = errands.put(grant) }
                    state.drawers[grant] = drawer
                    return token
                }
                if let token { return continuation.resume(returning: .token(token)) }
                // Either may have happened before the waiter stood there to be found.
                if Task.isCancelled { dismiss(number, of: grant, isCancelled: true) }
                if deadline <= .now { dismiss(number, of: grant, isCancelled: false) }
            }
        } onCancel: {
            dismiss(number, of: grant, isCancelled: true)
        }
    }

    /// Looks for tokens and renews them until `close`; cancelled, it leaves what it is about.
    package func run() async {
        await withDiscardingTaskGroup { group in
            while true {
                let batch = await errands.take(atMost: 16)
                if batch.isEmpty { break }
                for grant in batch { group.addTask { await self.fetch(grant) } }
            }
        }
    }

    package func close() {
        errands.close()
    }

    private func ask(_ client: YouzanClient, after refused: Int64) -> (AccessToken?, waiter: UInt64) {
        let now = ContinuousClock.now
        return state.withLock { state in
            var drawer = state.drawers[client.grant, default: TokenDrawer()]
            drawer.refuse(refused)
            state.clients[client.grant] = client
            if drawer.sendOut(at: now) { _ = errands.put(client.grant) }
            state.drawers[client.grant] = drawer
            state.lastWaiter += 1
            return (drawer.usableToken(at: now), state.lastWaiter)
        }
    }

    private func expire(_ number: UInt64, of grant: AccessGrant, at deadline: ContinuousClock.Instant) async {
        do {
            try await Task.sleep(until: deadline, clock: .continuous)
        } catch {
            return  // The wait is over.
        }
        dismiss(number, of: grant, isCancelled: false)
    }

    /// Does nothing to a waiter that was served meanwhile.
    private func dismiss(_ number: UInt64, of grant: AccessGrant, isCancelled: Bool) {
        let (waiter, retryAfter) = state.withLock { state in
            (state.drawers[grant]?.dismiss(number), state.drawers[grant]?.retryAfter(at: .now) ?? .zero)
        }
        waiter?.continuation.resume(returning: isCancelled ? .cancelled : .none(retryAfter: retryAfter))
    }

    // MARK: Errands

    private func fetch(_ grant: AccessGrant) async {
        var isAway = false
        while !Task.isCancelled {
            let pause: Duration
            do throws(AccessTokenStoreError) {
                pause = try await lookAndRenew(grant)
                isAway = false
            } catch {
                // What was cut short by the shutdown is no fault of the database's.
                if Task.isCancelled { return }
                logger.log(level: isAway ? .debug : .warning, "\(error)", metadata: grant.metadata)
                isAway = true
                pause = Self.pauseWithoutDatabase
            }
            if state.withLock({ $0.drawers[grant]?.comeHome(at: .now) ?? true }) { return }
            await Task.pause(for: pause)
        }
    }

    /// Returns when to look again, if somebody still waits.
    private func lookAndRenew(_ grant: AccessGrant) async throws(AccessTokenStoreError) -> Duration {
        let refused = state.withLock { $0.drawers[grant]?.refused ?? 0 }
        let found = try await store.look(for: grant, after: refused, lease: Self.lease)
        serve(grant) { $0.take(found, at: .now) }
        guard let renewal = found.renewal else { return min(found.notBefore ?? Self.glance, .seconds(60)) }
        guard let client = state.withLock({ $0.clients[grant] }) else { return Self.glance }
        return try await renew(renewal, as: client)
    }

    private func renew(
        _ renewal: RenewalLease, as client: YouzanClient
    ) async throws(AccessTokenStoreError) -> Duration {
        let received: ReceivedToken
        do throws(TokenFailure) {
            received = try await client.requestToken(within: renewal.askedAt + Self.requestLimit - .now)
        } catch {
            guard !error.isOfNoConsequence else {
                try await store.giveBack(renewal)
                return Self.glance
            }
            count("failed")
            logger.warning(
                "an access token could not be renewed",
                metadata: renewal.grant.metadata.merging(["error": "\(error.text(hiding: client.secret))"]) { $1 })
            try await store.fail(renewal)
            // The next look says when the next renewal may begin.
            return .zero
        }
        let life = AccessTokenLife(
            expiresAtUnixMilliseconds: received.expiresAtUnixMilliseconds,
            receivedAtUnixMilliseconds: renewal.databaseMilliseconds
                + Int64((ContinuousClock.now - renewal.askedAt) / .milliseconds(1)))
        if life.isSkewed {
            logger.warning(
                "a fresh access token looks expired: one of the clocks is wrong, and the token is trusted for a while",
                metadata: renewal.grant.metadata.merging(["trusted_for": "\(life.usableFor.text)"]) { $1 })
        }
        guard let token = try await store.finish(renewal, with: received.secret, for: life) else {
            count("late")
            return Self.glance
        }
        count("renewed")
        logger.info(
            "an access token was renewed",
            metadata: renewal.grant.metadata.merging(["version": "\(token.version)"]) { $1 })
        serve(renewal.grant) { $0.take(token, isNew: true, at: .now) }
        return .zero
    }

    private func serve(_ grant: AccessGrant, _ take: (inout TokenDrawer) -> [TokenDrawer.Waiter]) {
        let (served, token) = state.withLock { state -> ([TokenDrawer.Waiter], AccessToken?) in
            var drawer = state.drawers[grant, default: TokenDrawer()]
            let served = take(&drawer)
            state.drawers[grant] = drawer
            return (served, drawer.token)
        }
        guard let token else { return }
        for waiter in served { waiter.continuation.resume(returning: .token(token)) }
    }

    private func count(_ result: String) {
        Counter(label: "yizhan_token_renewals_total", dimensions: [("result", result)]).increment()
    }
}

extension AccessGrant {
    fileprivate var metadata: Logger.Metadata { ["client": "\(clientID)", "shop": "\(grantID)"] }
}
