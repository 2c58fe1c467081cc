import Logging
import PostgreSQL
import RelayCore
import Testing

@testable import Outbox

@Suite struct StoredAccessTokensTests {
    private static let grant = AccessGrant(baseURL: "https://example.com", clientID: "client", grantID: "42587152")
    private static let week = AccessTokenLife(
        expiresAtUnixMilliseconds: 7 * 86_400_000, receivedAtUnixMilliseconds: 0)

    private func tokens(
        _ outbox: TestOutbox, relay: Int32 = 1, keys: String = ConfiguredDatabase.keys
    ) throws -> StoredAccessTokens {
        StoredAccessTokens(
            pool: outbox.pool, box: SecretBox(keys: try MasterKeys(text: keys)), relay: relay, logger: .silent)
    }

    private func renewal(
        _ tokens: StoredAccessTokens, after refused: Int64 = 0, lease: Duration = .seconds(15)
    ) async throws -> RenewalLease {
        try #require(try await tokens.look(for: Self.grant, after: refused, lease: lease).renewal)
    }

    @Test func ofManyRelaysThatLookAtOnceOneRenews() async throws {
        try await TestOutbox.with { outbox in
            let states = try await withThrowingTaskGroup { group in
                for relay in 1...20 as ClosedRange<Int32> {
                    let tokens = try tokens(outbox, relay: relay)
                    group.addTask { try await tokens.look(for: Self.grant, after: 0, lease: .seconds(15)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(states.allSatisfy { $0.token == nil })
            let renewals = states.compactMap(\.renewal)
            #expect(renewals.count == 1)
            let owner = try await outbox.number("SELECT count(*) FROM yizhan.access_token WHERE renewal_owner > 0")
            #expect(owner == 1)

            let renewal = try #require(renewals.first)
            _ = try await tokens(outbox).finish(renewal, with: Secret("the token"), for: Self.week)
            let found = try await tokens(outbox, relay: 7).look(for: Self.grant, after: 0, lease: .seconds(15))
            #expect(found.token?.secret == Secret("the token") && found.token?.version == 1)
            #expect(found.renewal == nil)
        }
    }

    @Test func aTokenIsSealedForItsGrant() async throws {
        try await TestOutbox.with { outbox in
            let tokens = try tokens(outbox)
            _ = try await tokens.finish(try await renewal(tokens), with: Secret("plain to see"), for: Self.week)
            let isReadable = try await outbox.number(
                "SELECT count(*) FROM yizhan.access_token WHERE position('plain' IN encode(sealed_token, 'escape')) > 0"
            )
            #expect(isReadable == 0)
            // Moved to another shop, it does not open there.
            try await outbox.run("UPDATE yizhan.access_token SET grant_id = 'another'")
            let another = AccessGrant(baseURL: "https://example.com", clientID: "client", grantID: "another")
            let found = try await tokens.look(for: another, after: 0, lease: .seconds(15))
            #expect(found.token == nil && found.renewal != nil)
        }
    }

    @Test func aTokenUnderAKeyThatIsGoneCountsAsNone() async throws {
        try await TestOutbox.with { outbox in
            let old = try tokens(outbox)
            _ = try await old.finish(try await renewal(old), with: Secret("old"), for: Self.week)
            let new = try tokens(outbox, keys: ConfiguredDatabase.otherKeys)
            let renewed = try #require(
                try await new.finish(try await renewal(new), with: Secret("new"), for: Self.week))
            #expect(renewed.version == 2)
            let both = try tokens(
                outbox, keys: ConfiguredDatabase.keys + "," + ConfiguredDatabase.otherKeys)
            #expect(
                try await both.look(for: Self.grant, after: 0, lease: .seconds(15)).token?.secret == Secret("new"))
        }
    }

    @Test func aTokenEndsNoLaterHereThanInTheDatabase() async throws {
        try await TestOutbox.with { outbox in
            let tokens = try tokens(outbox)
            let life = AccessTokenLife(expiresAtUnixMilliseconds: 10_000, receivedAtUnixMilliseconds: 0)
            let before = ContinuousClock.now
            let kept = try #require(
                try await tokens.finish(try await renewal(tokens), with: Secret("short"), for: life))
            #expect(kept.expiresAt >= before + .seconds(10) && kept.expiresAt <= .now + .seconds(10))
            #expect(kept.renewsAt == kept.expiresAt - .seconds(1))

            try await outbox.run("UPDATE yizhan.access_token SET expires_at = clock_timestamp() + interval '5 s'")
            let found = try #require(try await tokens.look(for: Self.grant, after: 0, lease: .seconds(1)).token)
            #expect(found.expiresAt <= .now + .seconds(5) && found.expiresAt > .now)
        }
    }

    @Test func aLateRenewerKeepsNothingAndSpoilsNothing() async throws {
        try await TestOutbox.with { outbox in
            let slow = try tokens(outbox, relay: 1)
            let quick = try tokens(outbox, relay: 2)
            let late = try await renewal(slow)
            try await outbox.run(
                "UPDATE yizhan.access_token SET renewal_until = clock_timestamp() - interval '1 ms'")
            let renewal = try await renewal(quick)
            #expect(renewal.number > late.number)

            #expect(try await slow.finish(late, with: Secret("late"), for: Self.week) == nil)
            try await slow.fail(late)
            try await slow.giveBack(late)
            #expect(try await quick.finish(renewal, with: Secret("in time"), for: Self.week)?.version == 1)
            #expect(try await slow.finish(late, with: Secret("late"), for: Self.week) == nil)
            let found = try await slow.look(for: Self.grant, after: 0, lease: .seconds(15))
            #expect(found.token?.secret == Secret("in time") && found.notBefore == nil)
        }
    }

    @Test func aFailedRenewalIsNotRepeatedByAnyRelayBeforeItsTime() async throws {
        try await TestOutbox.with { outbox in
            let one = try tokens(outbox, relay: 1)
            let other = try tokens(outbox, relay: 2)
            var waits: [Duration] = []
            for _ in 1...3 {
                try await one.fail(try await renewal(one))
                let refused = try await other.look(for: Self.grant, after: 0, lease: .seconds(15))
                #expect(refused.renewal == nil)
                waits.append(try #require(refused.notBefore))
                try await outbox.run("UPDATE yizhan.access_token SET not_before = clock_timestamp()")
            }
            for (wait, seconds) in zip(waits, [1.0, 2, 4]) {
                #expect(wait <= .seconds(seconds) && wait > .seconds(seconds / 2))
            }
            #expect(try await other.look(for: Self.grant, after: 0, lease: .seconds(15)).renewal != nil)
        }
    }

    @Test func aDatabaseThatIsGoneIsAnError() async throws {
        try await TestOutbox.with { outbox in
            let tokens = try tokens(outbox)
            try await outbox.run("ALTER TABLE yizhan.access_token RENAME TO away")
            await #expect(throws: AccessTokenStoreError.self) {
                try await tokens.look(for: Self.grant, after: 0, lease: .seconds(15))
            }
        }
    }
}
