import RelayCore

/// Tells who is refused too often: after 20 refusals at once, one more each second is like any other.
///
/// The addresses that it remembers are bounded. With more of them than that, the newer ones share what one has.
struct RefusalLimit {
    enum Verdict: Hashable {
        case within
        /// - Parameter isFirst: since the address was within its limit, with nothing taken of it.
        case beyond(retryAfter: Duration, isFirst: Bool)
    }

    private struct Account {
        var bucket: TokenBucket
        var isBeyond = false

        mutating func refuse(at now: ContinuousClock.Instant) -> Verdict {
            if isUntouched(at: now) { isBeyond = false }
            if bucket.take(1, at: now) { return .within }
            defer { isBeyond = true }
            return .beyond(retryAfter: bucket.nextToken(after: now), isFirst: !isBeyond)
        }

        mutating func isUntouched(at now: ContinuousClock.Instant) -> Bool {
            bucket.available(at: now) == RefusalLimit.rate.count
        }
    }

    fileprivate static let rate = Rate(count: 20, period: .seconds(20))

    private let maximumAddresses: Int
    private var accounts: [IPAddress?: Account] = [:]
    private var shared: Account
    private var clearedAt: ContinuousClock.Instant

    init(maximumAddresses: Int = 10_000, at now: ContinuousClock.Instant) {
        self.maximumAddresses = maximumAddresses
        shared = Account(bucket: TokenBucket(Self.rate, at: now))
        clearedAt = now
    }

    /// How many are remembered.
    var addresses: Int { accounts.count }

    /// To be asked once for each refused call.
    mutating func refuse(_ caller: IPAddress?, at now: ContinuousClock.Instant) -> Verdict {
        let block = caller?.block
        if accounts[block] != nil || makeRoom(at: now) {
            return accounts[block, default: Account(bucket: TokenBucket(Self.rate, at: now))].refuse(at: now)
        }
        return shared.refuse(at: now)
    }

    /// Forgets who has nothing to be remembered for, at most once a second: looking costs, and attackers must not make it
    /// cost each time.
    private mutating func makeRoom(at now: ContinuousClock.Instant) -> Bool {
        if accounts.count < maximumAddresses { return true }
        guard now - clearedAt >= .seconds(1) else { return false }
        clearedAt = now
        accounts = accounts.filter { entry in
            var account = entry.value
            return !account.isUntouched(at: now)
        }
        return accounts.count < maximumAddresses
    }
}
