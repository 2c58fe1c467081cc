package import Logging
package import PostgreSQL
package import RelayCore

/// The access tokens in the database, encrypted.
package struct StoredAccessTokens: AccessTokenStore {
    private static let timeout = Duration.seconds(5)

    private let pool: PostgresPool
    private let box: SecretBox
    private let relay: Int32
    private let logger: Logger

    package init(pool: PostgresPool, box: SecretBox, relay: Int32, logger: Logger) {
        self.pool = pool
        self.box = box
        self.relay = relay
        self.logger = logger
    }

    package func look(
        for grant: AccessGrant, after refused: Int64, lease: Duration
    ) async throws(AccessTokenStoreError) -> AccessTokenState {
        let found = try await find(grant, after: refused, lease: lease)
        guard let unreadable = found.unreadable, found.state.renewal == nil else { return found.state }
        // What cannot be opened is no token: it is renewed as if it had been refused.
        return try await find(grant, after: unreadable, lease: lease).state
    }

    package func finish(
        _ renewal: RenewalLease, with secret: Secret, for life: AccessTokenLife
    ) async throws(AccessTokenStoreError) -> AccessToken? {
        let receivedAt = ContinuousClock.now
        do {
            let sealed = try box.seal(Array(secret.reveal().utf8), for: renewal.grant.place)
            let rows = try await pool.query(
                "SELECT yizhan.keep_token($1, $2, $3, $4, $5, $6, $7)",
                renewal.parameters + [
                    .bytea(sealed), .interval(life.renewedAfter), .interval(life.usableFor),
                ], timeout: Self.timeout)
            guard let version = try rows[0].optional.int64(0) else { return nil }
            return AccessToken(
                secret: secret, version: version, renewsAt: receivedAt + life.renewedAfter,
                expiresAt: receivedAt + life.usableFor)
        } catch {
            throw .unavailable(cause: error)
        }
    }

    package func fail(_ renewal: RenewalLease) async throws(AccessTokenStoreError) {
        try await end(renewal, isFailure: true)
    }

    package func giveBack(_ renewal: RenewalLease) async throws(AccessTokenStoreError) {
        try await end(renewal, isFailure: false)
    }

    private func end(_ renewal: RenewalLease, isFailure: Bool) async throws(AccessTokenStoreError) {
        do {
            try await pool.query(
                "SELECT yizhan.fail_renewal($1, $2, $3, $4, $5)", renewal.parameters + [.bool(isFailure)],
                timeout: Self.timeout)
        } catch {
            throw .unavailable(cause: error)
        }
    }

    /// `unreadable` is the version of a token that no master key opens.
    private func find(
        _ grant: AccessGrant, after refused: Int64, lease: Duration
    ) async throws(AccessTokenStoreError) -> (state: AccessTokenState, unreadable: Int64?) {
        let askedAt = ContinuousClock.now
        do {
            let row = try await pool.query(
                """
                SELECT sealed_token, version, renew_in, usable_for, renewal, not_before_in, at_ms
                FROM yizhan.look_for_token($1, $2, $3, $4, $5, $6)
                """,
                [
                    .int32(relay), .text(grant.baseURL), .text(grant.clientID), .text(grant.grantID), .int64(refused),
                    .interval(lease),
                ], timeout: Self.timeout)[0]
            let atMilliseconds = try row.int64(6)
            let renewal = try row.optional.int64(4).map { number in
                RenewalLease(grant: grant, number: number, askedAt: askedAt, databaseMilliseconds: atMilliseconds)
            }
            var token: AccessToken?
            var unreadable: Int64?
            if let sealed = try row.optional.bytes(0) {
                let version = try row.int64(1)
                if let secret = open(sealed, of: grant) {
                    token = AccessToken(
                        secret: secret, version: version, renewsAt: askedAt + (try row.interval(2)),
                        expiresAt: askedAt + (try row.interval(3)))
                } else {
                    unreadable = version
                }
            }
            let state = AccessTokenState(token: token, renewal: renewal, notBefore: try row.optional.interval(5))
            return (state, unreadable)
        } catch {
            throw .unavailable(cause: error)
        }
    }

    private func open(_ sealed: [UInt8], of grant: AccessGrant) -> Secret? {
        do {
            return Secret(String(decoding: try box.open(sealed, for: grant.place), as: UTF8.self))
        } catch {
            logger.notice(
                "a stored access token cannot be opened with the master keys that are here; a new one is asked for",
                metadata: ["client": "\(grant.clientID)", "shop": "\(grant.grantID)"])
            return nil
        }
    }
}

extension AccessGrant {
    /// Where the grant's token belongs.
    var place: String { "youzan/\(clientID)/\(grantID) at \(baseURL)" }
}

extension RenewalLease {
    fileprivate var parameters: [PostgresParameter] {
        [.text(grant.baseURL), .text(grant.clientID), .text(grant.grantID), .int64(number)]
    }
}
