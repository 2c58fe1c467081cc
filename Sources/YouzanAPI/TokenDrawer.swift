import RelayCore

/// What one relay knows of one grant's token, and who waits for it. Pure: the time comes as an argument.
struct TokenDrawer {
    struct Waiter {
        let number: UInt64
        let continuation: CheckedContinuation<TokenDesk.Issue, Never>
    }

    /// How often a token that is to be renewed is looked up while it is still good.
    static let idleLook = Duration.seconds(1)

    private(set) var token: AccessToken?
    /// Tokens up to this version count as none.
    private(set) var refused: Int64 = 0
    private(set) var waiters: [Waiter] = []
    /// Whether somebody is on the way to the database or the platform.
    private(set) var isBusy = false
    private var nextLook: ContinuousClock.Instant?
    private(set) var notBefore: ContinuousClock.Instant?

    mutating func refuse(_ version: Int64) {
        refused = max(refused, version)
    }

    func usableToken(at now: ContinuousClock.Instant) -> AccessToken? {
        token.flatMap { $0.version > refused && $0.expiresAt > now ? $0 : nil }
    }

    /// Whether somebody has to be sent for a token now; that is said once.
    mutating func sendOut(at now: ContinuousClock.Instant) -> Bool {
        guard !isBusy else { return false }
        if let token = usableToken(at: now) {
            guard token.renewsAt <= now, nextLook.map({ $0 <= now }) ?? true else { return false }
        }
        isBusy = true
        return true
    }

    mutating func wait(_ waiter: Waiter) {
        waiters.append(waiter)
    }

    mutating func dismiss(_ number: UInt64) -> Waiter? {
        waiters.firstIndex { $0.number == number }.map { waiters.remove(at: $0) }
    }

    /// Takes what the database knows; returns those who need not wait any more.
    mutating func take(_ found: AccessTokenState, at now: ContinuousClock.Instant) -> [Waiter] {
        notBefore = found.notBefore.map { now + $0 }
        return found.token.map { take($0, at: now) } ?? []
    }

    /// - Parameter isNew: it came from the platform just now, so that nobody has refused it, whatever its version is.
    mutating func take(_ token: AccessToken, isNew: Bool = false, at now: ContinuousClock.Instant) -> [Waiter] {
        self.token = token
        if isNew { refused = min(refused, token.version - 1) }
        guard usableToken(at: now) != nil else { return [] }
        defer { waiters = [] }
        return waiters
    }

    /// Whether there is nobody left to go on for.
    mutating func comeHome(at now: ContinuousClock.Instant) -> Bool {
        guard waiters.isEmpty else { return false }
        isBusy = false
        nextLook = max(now + Self.idleLook, notBefore ?? now)
        return true
    }

    /// How long it takes at least until a renewal may begin.
    func retryAfter(at now: ContinuousClock.Instant) -> Duration {
        max(notBefore.map { $0 - now } ?? .zero, .seconds(1))
    }
}
