/// What an access token is for: one client's calls on behalf of one shop.
package struct AccessGrant: Hashable, Sendable {
    package let baseURL: String
    package let clientID: String
    /// The shop that has authorized the client.
    package let grantID: String

    package init(baseURL: String, clientID: String, grantID: String) {
        self.baseURL = baseURL
        self.clientID = clientID
        self.grantID = grantID
    }
}

package struct AccessToken: Hashable, Sendable {
    package let secret: Secret
    /// Grows with every token of its grant, whichever relay received it.
    package let version: Int64
    /// Never later than the moment at which it is to be renewed by the database's clock.
    package let renewsAt: ContinuousClock.Instant
    /// Never later than the moment at which it expires by the database's clock.
    package let expiresAt: ContinuousClock.Instant

    package init(
        secret: Secret, version: Int64, renewsAt: ContinuousClock.Instant, expiresAt: ContinuousClock.Instant
    ) {
        self.secret = secret
        self.version = version
        self.renewsAt = renewsAt
        self.expiresAt = expiresAt
    }
}

/// The right to renew a grant's token until a time.
package struct RenewalLease: Hashable, Sendable {
    package let grant: AccessGrant
    /// Grows with every lease; what comes under an older one is thrown away.
    package let number: Int64
    /// Before the lease was given: it never ends earlier than its length after this.
    package let askedAt: ContinuousClock.Instant
    /// The database's clock when the lease was given.
    package let databaseMilliseconds: Int64

    package init(
        grant: AccessGrant, number: Int64, askedAt: ContinuousClock.Instant, databaseMilliseconds: Int64
    ) {
        self.grant = grant
        self.number = number
        self.askedAt = askedAt
        self.databaseMilliseconds = databaseMilliseconds
    }
}

/// What is known of a grant's token, and who is to renew it.
package struct AccessTokenState: Sendable {
    /// Nil where there is none that can be used.
    package let token: AccessToken?
    /// Held by whoever looked, if the token is to be renewed and nobody else does it.
    package let renewal: RenewalLease?
    /// For how long a renewal may not begin, since the last one failed.
    package let notBefore: Duration?

    package init(token: AccessToken?, renewal: RenewalLease?, notBefore: Duration?) {
        self.token = token
        self.renewal = renewal
        self.notBefore = notBefore
    }
}

/// Keeps the access tokens that all relays share, and lets one of them at a time renew a token.
package protocol AccessTokenStore: Sendable {
    /// Finds the token, and begins its renewal where one is due and may begin.
    /// - Parameters:
    ///   - refused: the version of a token that was refused; it and those before it count as none. 0 where none was.
    ///   - lease: how long a renewal may take before another relay begins one.
    func look(
        for grant: AccessGrant, after refused: Int64, lease: Duration
    ) async throws(AccessTokenStoreError) -> AccessTokenState

    /// Keeps a new token. Nil if the renewal had taken too long and another has begun.
    func finish(
        _ renewal: RenewalLease, with secret: Secret, for life: AccessTokenLife
    ) async throws(AccessTokenStoreError) -> AccessToken?

    /// The renewal failed: the next may begin after a while, which is longer each time.
    func fail(_ renewal: RenewalLease) async throws(AccessTokenStoreError)

    /// Nothing was asked: another renewal may begin at once.
    func giveBack(_ renewal: RenewalLease) async throws(AccessTokenStoreError)
}

package enum AccessTokenStoreError: Error {
    /// The database could not say, or could not take it.
    case unavailable(cause: any Error)
}

extension AccessTokenStoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unavailable(let cause): "access tokens cannot be had from the database: \(cause)"
        }
    }
}
