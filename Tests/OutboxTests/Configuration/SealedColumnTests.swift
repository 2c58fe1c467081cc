import Foundation
import Logging
import PostgreSQL
import RelayCore
import TestSupport
import Testing

@testable import Outbox

/// In the database itself: a ciphertext that somebody moves to another row does not open there.
@Suite struct SealedColumnTests {
    /// A row of each kind, two of each: one to take from, one to give to.
    private static let rows: [(kind: String, table: String, column: String, from: String, to: String)] = [
        ("apps", "app", "sealed_secrets", "name = 'rrx'", "name = 'plain'"),
        ("endpoints", "endpoint", "sealed_secrets", "name = 'erp'", "name = 'audit'"),
        ("robots", "endpoint", "sealed_secrets", "name = 'erp'", "name = 'alert:robot'"),
        ("links", "shop_authorization", "sealed_link", "shop_id = '1'", "shop_id = '2'"),
        ("tokens", "access_token", "sealed_token", "grant_id = 'north'", "grant_id = 'south'"),
    ]

    private func with(_ body: (ConfiguredDatabase) async throws -> Void) async throws {
        try await ConfiguredDatabase.with { database in
            var declaration = try Declaration.sample()
            declaration.endpoints["alert:robot"] = EndpointSettings(
                name: "alert:robot", merchant: "teahouse", url: "https://robot.example/send",
                format: .robot(.dingtalk, query: Secret("access_token=t")))
            _ = try await database.store.apply(declaration)
            let box = SecretBox(keys: try MasterKeys(text: ConfiguredDatabase.keys))
            for shop in ["1", "2"] {
                _ = try await ShopAuthorizationStore(pool: database.pool, box: box).keep(
                    Secret("https://meituan.com/\(shop)"), for: try #require(ShopID(shop)), merchant: nil, by: "zhang")
            }
            for shop in ["north", "south"] {
                let tokens = StoredAccessTokens(pool: database.pool, box: box, relay: 1, logger: .silent)
                let grant = AccessGrant(baseURL: "https://example.com", clientID: "client", grantID: shop)
                let renewal = try #require(try await tokens.look(for: grant, after: 0, lease: .seconds(15)).renewal)
                _ = try await tokens.finish(
                    renewal, with: Secret("token of \(shop)"),
                    for: AccessTokenLife(expiresAtUnixMilliseconds: 86_400_000, receivedAtUnixMilliseconds: 0))
            }
            try await body(database)
        }
    }

    /// What everything that is sealed says when it is opened with the right key.
    private func unopened(_ database: ConfiguredDatabase) async throws -> [String] {
        let keys = "\(ConfiguredDatabase.otherKeys),\(ConfiguredDatabase.keys)"
        return try await KeyRotation(store: database.store(keys: keys)).run().unopened.map { "\($0)" }
    }

    @Test(arguments: rows.indices, rows.indices)
    func aCiphertextThatIsMovedToAnotherRowDoesNotOpenThere(from: Int, to: Int) async throws {
        let (source, target) = (Self.rows[from], Self.rows[to])
        try await with { database in
            try await database.pool.query(
                PostgresStatement(
                    """
                    UPDATE yizhan.\(target.table) AS t SET \(target.column) = s.\(source.column)
                    FROM yizhan.\(source.table) AS s WHERE t.\(target.to) AND s.\(source.from)
                    """))
            let told = try await unopened(database)
            #expect(told.count == 1)
            #expect(told.first?.contains("belong to another row") == true)
        }
    }

    @Test func whatIsNotMovedOpens() async throws {
        try await with { database in
            let told = try await unopened(database)
            #expect(told == [])
        }
    }

    /// A column that is sealed and not named would stay under the old key for ever.
    @Test func everyColumnThatIsSealedIsNamed() async throws {
        try await with { database in
            let named = Set(
                try await database.pool.query(
                    """
                    SELECT c.table_name || '.' || c.column_name FROM information_schema.columns AS c
                    WHERE c.table_schema = 'yizhan' AND c.data_type = 'bytea' AND c.column_name LIKE 'sealed%'
                    """
                ).map { try $0.text(0) })
            #expect(
                named == [
                    "app.sealed_secrets", "endpoint.sealed_secrets", "shop_authorization.sealed_link",
                    "access_token.sealed_token",
                ])
            #expect(named.count == SealedColumn.all.count)
        }
    }
}
