import Logging
import PostgreSQL
import RelayCore
import TestSupport
import Testing

@testable import Outbox

@Suite struct ShopAuthorizationStoreTests {
    private static let shop = ShopID("66101806")
    private static let link = Secret("https://meituan.com/auth?token=not-to-be-seen")

    private func with(
        _ body: (ConfiguredDatabase, ShopAuthorizationStore, ShopID) async throws -> Void
    ) async throws {
        try await ConfiguredDatabase.with { database in
            _ = try await database.store.apply(Declaration(merchants: ["teahouse"]))
            let store = ShopAuthorizationStore(
                pool: database.pool, box: SecretBox(keys: try MasterKeys(text: ConfiguredDatabase.keys)))
            try await body(database, store, try #require(Self.shop))
        }
    }

    @Test func aLinkIsKeptSealedUntilItIsReplaced() async throws {
        try await with { database, store, shop in
            #expect(try await store.kept(for: shop) == nil)
            let first = try await store.keep(Self.link, for: shop, merchant: "teahouse", by: "zhang")
            #expect(first.requestedBy == "zhang" && first.merchant == "teahouse" && first.link == Self.link)
            #expect(first.requestedAt.unixMilliseconds > 1_700_000_000_000)
            #expect(try await store.kept(for: shop) == first)

            let second = try await store.keep(
                Secret("https://meituan.com/2"), for: shop, merchant: nil, by: "127.0.0.1")
            #expect(try await store.kept(for: shop) == second)
            #expect(second.merchant == nil && second.link.reveal() == "https://meituan.com/2")
            #expect(try await database.number("SELECT count(*) FROM yizhan.shop_authorization") == 1)
        }
    }

    @Test func whoAskedIsLoggedAndTheLinkIsNowhereInTheDatabase() async throws {
        try await with { database, store, shop in
            _ = try await store.keep(Self.link, for: shop, merchant: "teahouse", by: "zhang")
            let logged = try await database.pool.query(
                """
                SELECT l.action, l.arguments::text, l.row_count, l.who = session_user
                FROM yizhan.ops_log AS l WHERE l.action <> 'apply'
                """)
            #expect(logged.count == 1)
            #expect(try logged[0].text(0) == "authorize" && logged[0].int64(2) == 1 && logged[0].bool(3))
            #expect(try logged[0].text(1) == #"{"by": "zhang", "shop": "66101806", "merchant": "teahouse"}"#)
            let seen = try await database.number(
                """
                SELECT (SELECT count(*) FROM yizhan.ops_log AS l WHERE l::text LIKE '%not-to-be-seen%')
                    + (SELECT count(*) FROM yizhan.shop_authorization AS s WHERE s::text LIKE '%not-to-be-seen%'
                        OR position('not-to-be-seen'::bytea IN s.sealed_link) > 0)
                """)
            #expect(seen == 0)
        }
    }

    @Test func whatIsForgottenIsGoneAndLoggedOnce() async throws {
        try await with { database, store, shop in
            _ = try await store.keep(Self.link, for: shop, merchant: nil, by: "zhang")
            #expect(try await store.forget(shop, by: "li"))
            #expect(try await store.kept(for: shop) == nil)
            #expect(try await store.forget(shop, by: "li") == false)
            let logged = try await database.pool.query(
                "SELECT l.arguments::text FROM yizhan.ops_log AS l WHERE l.action = 'authorize_used'")
            #expect(try logged.map { try $0.text(0) } == [#"{"by": "li", "shop": "66101806"}"#])
        }
    }

    @Test func aLinkOfAnotherShopOrOfAnotherKeyDoesNotOpen() async throws {
        try await with { database, store, shop in
            _ = try await store.keep(Self.link, for: shop, merchant: nil, by: "zhang")
            let other = ShopAuthorizationStore(
                pool: database.pool, box: SecretBox(keys: try MasterKeys(text: ConfiguredDatabase.otherKeys)))
            await #expect {
                try await other.kept(for: shop)
            } throws: {
                "\($0)".contains("ask for another link")
            }
            try await database.pool.query("UPDATE yizhan.shop_authorization AS s SET shop_id = '1'")
            let moved = try #require(ShopID("1"))
            await #expect(throws: SealError.self) { try await store.kept(for: moved) }
        }
    }

    @Test func aMerchantIsKnownByItsNameUntilItIsRemoved() async throws {
        try await with { database, store, _ in
            #expect(try await store.hasMerchant(named: "teahouse"))
            #expect(try await store.hasMerchant(named: "nobody") == false)
            _ = try await database.store.apply(Declaration(), prune: true)
            #expect(try await store.hasMerchant(named: "teahouse") == false)
        }
    }
}
