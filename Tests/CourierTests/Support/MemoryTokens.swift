import RelayCore
import Synchronization

/// The access tokens of one grant, and who may renew them.
final class MemoryTokens: AccessTokenStore {
    private struct State {
        var token: AccessToken?
        var isRenewing = false
        var looks = 0
        var failures = 0
        var notBefore: ContinuousClock.Instant?
    }

    private let state = Mutex(State())

    var looks: Int { state.withLock { $0.looks } }
    var failures: Int { state.withLock { $0.failures } }

    /// As if another relay had received it.
    func put(_ text: String, version: Int64, renewsIn: Duration = .seconds(900)) {
        state.withLock {
            $0.token = AccessToken(
                secret: Secret(text), version: version, renewsAt: .now + renewsIn,
                expiresAt: .now + .seconds(1_000))
        }
    }

    func look(for grant: AccessGrant, after refused: Int64, lease: Duration) async -> AccessTokenState {
        state.withLock { state in
            state.looks += 1
            let now = ContinuousClock.now
            let token = state.token.flatMap { $0.version > refused && $0.expiresAt > now ? $0 : nil }
            let isDue = token.map { $0.renewsAt <= now } ?? true
            if let notBefore = state.notBefore, notBefore > now {
                return AccessTokenState(token: token, renewal: nil, notBefore: notBefore - now)
            }
            guard isDue, !state.isRenewing else { return AccessTokenState(token: token, renewal: nil, notBefore: nil) }
            state.isRenewing = true
            return AccessTokenState(
                token: token,
                renewal: RenewalLease(
                    grant: grant, number: 1, askedAt: now, databaseMilliseconds: 1_700_000_000_000),
                notBefore: nil)
        }
    }

    func finish(_ renewal: RenewalLease, with secret: Secret, for life: AccessTokenLife) async -> AccessToken? {
        state.withLock { state in
            let token = AccessToken(
                secret: secret, version: (state.token?.version ?? 0) + 1, renewsAt: .now + life.renewedAfter,
                expiresAt: .now + life.usableFor)
            state.token = token
            state.isRenewing = false
            return token
        }
    }

    func fail(_ renewal: RenewalLease) async {
        state.withLock { state in
            state.isRenewing = false
            state.failures += 1
            state.notBefore = .now + .milliseconds(300)
        }
    }

    func giveBack(_ renewal: RenewalLease) async {
        state.withLock { $0.isRenewing = false }
    }
}
