import Logging
import PostgreSQL
import RelayCore
import TestSupport
import Testing

@testable import Outbox

@Suite struct KeyRotationTests {
    private static let grant = AccessGrant(baseURL: "https://example.com", clientID: "client", grantID: "42587152")
    private static let rotating = "\(ConfiguredDatabase.otherKeys),\(ConfiguredDatabase.keys)"

    /// A database with something sealed in every column.
    private func with(_ body: (ConfiguredDatabase) async throws -> Void) async throws {
        try await ConfiguredDatabase.with { database in
            _ = try await database.store.apply(.sample())
            try await keepToken("the token", in: database)
            for number in 1...7 { try await keepLink("https://meituan.com/\(number)", ofShop: number, in: database) }
            try await body(database)
        }
    }

    private func keepLink(_ link: String, ofShop number: Int, in database: ConfiguredDatabase) async throws {
        let shop = try #require(ShopID("\(number)"))
        _ = try await links(database).keep(Secret(link), for: shop, merchant: nil, by: "zhang")
    }

    private func links(
        _ database: ConfiguredDatabase, keys: String = ConfiguredDatabase.keys
    ) throws -> ShopAuthorizationStore {
        ShopAuthorizationStore(pool: database.pool, box: SecretBox(keys: try MasterKeys(text: keys)))
    }

    private func tokens(
        _ database: ConfiguredDatabase, keys: String = ConfiguredDatabase.keys
    ) throws -> StoredAccessTokens {
        StoredAccessTokens(
            pool: database.pool, box: SecretBox(keys: try MasterKeys(text: keys)), relay: 1, logger: .silent)
    }

    private func keepToken(
        _ token: String, in database: ConfiguredDatabase, keys: String = ConfiguredDatabase.keys
    ) async throws {
        let tokens = try tokens(database, keys: keys)
        let renewal = try #require(
            try await tokens.look(for: Self.grant, after: .max - 1, lease: .seconds(15)).renewal)
        let week = AccessTokenLife(expiresAtUnixMilliseconds: 7 * 86_400_000, receivedAtUnixMilliseconds: 0)
        _ = try await tokens.finish(renewal, with: Secret(token), for: week)
    }

    private func token(in database: ConfiguredDatabase, keys: String) async throws -> Secret? {
        try await tokens(database, keys: keys).look(for: Self.grant, after: 0, lease: .seconds(15)).token?.secret
    }

    private func rotation(
        _ database: ConfiguredDatabase, keys: String = rotating, batchSize: Int = 3
    ) throws -> KeyRotation {
        KeyRotation(store: try database.store(keys: keys), batchSize: batchSize)
    }

    private func uses(_ database: ConfiguredDatabase, keys: String = rotating) async throws -> [String] {
        try await KeyUse.read(of: try MasterKeys(text: keys), from: database.pool).map { use in
            "\(use.rank.rawValue) " + use.values.map { "\($0.count)" }.joined(separator: " ")
        }
    }

    @Test func everythingIsSealedWithTheFirstKeyAndOpensWithItAlone() async throws {
        try await with { database in
            #expect(try await uses(database) == ["first 0 0 0 0", "other 3 5 7 1"])
            let report = try await rotation(database).run()
            #expect(report.resealed == 16 && report.unopened.isEmpty)
            #expect(try await uses(database) == ["first 3 5 7 1", "other 0 0 0 0"])

            let rotated = ConfiguredDatabase.otherKeys
            #expect(try await database.store(keys: rotated).loadDeclaration() == .sample())
            #expect(try await token(in: database, keys: rotated) == Secret("the token"))
            let shop = try #require(ShopID("7"))
            #expect(
                try await links(database, keys: rotated).kept(for: shop)?.link == Secret("https://meituan.com/7"))
            await #expect(throws: SealError.self) { try await database.store.loadDirectory() }
        }
    }

    @Test func theSecondTimeNothingIsDoneAndNothingIsLogged() async throws {
        try await with { database in
            _ = try await rotation(database).run()
            let logged = try await database.pool.query(
                """
                SELECT l.arguments ->> 'what', sum(l.row_count)::bigint, count(*), min(l.arguments ->> 'key')
                FROM yizhan.ops_log AS l WHERE l.action = 'rotate_keys' GROUP BY 1 ORDER BY 1
                """)
            #expect(try logged.map { try $0.text(0) } == ["apps", "endpoints", "links", "tokens"])
            #expect(try logged.map { try $0.int64(1) } == [3, 5, 7, 1])
            #expect(try logged.map { try $0.int64(2) } == [1, 2, 3, 1], "one line for each transaction")
            let key = try MasterKeys(text: ConfiguredDatabase.otherKeys).description
            #expect(try logged.allSatisfy { key.hasSuffix(try $0.text(3)) })

            let before = try await database.number("SELECT count(*) FROM yizhan.ops_log")
            let report = try await rotation(database).run()
            #expect(report.resealed == 0 && report.unopened.isEmpty)
            #expect(try await database.number("SELECT count(*) FROM yizhan.ops_log") == before)
        }
    }

    /// By the error in the middle, as by a kill.
    @Test func whatWasDoneBeforeAnInterruptionIsNotDoneAgain() async throws {
        try await with { database in
            try await database.pool.query(
                """
                CREATE FUNCTION interrupt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'interrupted'; END $$
                """)
            try await database.pool.query(
                """
                CREATE TRIGGER interrupt BEFORE UPDATE ON yizhan.shop_authorization
                FOR EACH ROW WHEN (old.shop_id = '5') EXECUTE FUNCTION interrupt()
                """)
            await #expect(throws: PostgresError.self) { try await rotation(database).run() }
            #expect(try await uses(database) == ["first 3 5 3 0", "other 0 0 4 1"])
            try await database.pool.query("DROP TRIGGER interrupt ON yizhan.shop_authorization")
            #expect(try await rotation(database).run().resealed == 5)
            #expect(try await uses(database) == ["first 3 5 7 1", "other 0 0 0 0"])
        }
    }

    /// A renewal that comes between the reading of the old token and the writing of it is not undone.
    @Test func whatSomebodyReplacesMeanwhileIsNeverOverwritten() async throws {
        try await with { database in
            let column = try #require(SealedColumn.all.last)
            let key = try MasterKeys(text: ConfiguredDatabase.otherKeys).first.id
            let box = SecretBox(keys: try MasterKeys(text: Self.rotating))
            try await database.pool.withConnection { connection in
                let old = try await column.outdated(besides: key, after: column.start, limit: 9, on: connection)
                let replacement = try #require(old.first)
                try await keepToken("a newer token", in: database)
                let sealed = try box.seal(Array("the token".utf8), for: column.place(replacement.key))
                let replaced = try await column.replace([(replacement, sealed)], sealedWith: key, on: connection)
                #expect(replaced == 0)
            }
            #expect(try await token(in: database, keys: Self.rotating) == Secret("a newer token"))
            #expect(try await rotation(database).run().resealed == 16, "the newer one is sealed anew all the same")
            #expect(try await token(in: database, keys: ConfiguredDatabase.otherKeys) == Secret("a newer token"))
        }
    }

    @Test func applyingAndRenewingAtTheSameTimeLosesNothing() async throws {
        try await with { database in
            let old = "\(ConfiguredDatabase.keys),\(ConfiguredDatabase.otherKeys)"
            try await withThrowingTaskGroup { group in
                group.addTask {
                    for number in 1...10 {
                        var declaration = try Declaration.sample()
                        declaration.endpoints["audit"]?.format = .platform(
                            appKey: "own", secret: Secret("no. \(number)"))
                        _ = try await database.store(keys: old).apply(declaration)
                        try await keepToken("token \(number)", in: database, keys: old)
                        try await keepLink("https://meituan.com/again/\(number)", ofShop: 3, in: database)
                    }
                }
                group.addTask { for _ in 1...10 { _ = try await rotation(database).run() } }
                try await group.waitForAll()
            }
            #expect(try await rotation(database).run().unopened.isEmpty)
            let rotated = ConfiguredDatabase.otherKeys
            let declaration = try await database.store(keys: rotated).loadDeclaration()
            #expect(declaration.endpoints["audit"]?.format.secret == Secret("no. 10"))
            #expect(try await token(in: database, keys: rotated) == Secret("token 10"))
            let shop = try #require(ShopID("3"))
            #expect(
                try await links(database, keys: rotated).kept(for: shop)?.link.reveal().hasSuffix("again/10") == true)
        }
    }

    @Test func whatCannotBeOpenedIsNamedAndTheRestIsDone() async throws {
        try await with { database in
            try await database.pool.query(
                """
                UPDATE yizhan.shop_authorization AS s SET sealed_link = o.sealed_link
                FROM yizhan.shop_authorization AS o WHERE s.shop_id IN ('1', '4') AND o.shop_id = '2'
                """)
            try await database.pool.query(
                "UPDATE yizhan.endpoint AS e SET sealed_secrets = '\\x0901020304' WHERE e.name = 'erp'")
            let report = try await rotation(database).run()
            #expect(report.resealed == 13)
            let told = report.unopened.map { "\($0)" }
            try #require(told.count == 3)
            #expect(told[0].contains("endpoint/erp") && told[0].contains("format"))
            #expect(told[1].contains("voucher/1 ") && told[2].contains("voucher/4 "))
            #expect(told[1].contains("belong to another row") && told[1].contains("yizhan meituan authorize"))

            let lost = try await rotation(database, keys: ConfiguredDatabase.keys).run()
            #expect(lost.unopened.contains { "\($0)".contains("youzan/client/42587152 at https://example.com") })
            #expect(lost.resealed == 0, "without the other key nothing else opens")
        }
    }

    @Test func whatIsMarkedAsRemovedKeepsNoSecretsAndStopsNobody() async throws {
        try await with { database in
            try await database.pool.query(
                "UPDATE yizhan.app AS a SET removed_at = now(), sealed_secrets = '\\x01ffffffff00' WHERE a.name = 'plain'"
            )
            let report = try await rotation(database).run()
            #expect(report.unopened.isEmpty)
            #expect(try await uses(database) == ["first 2 5 7 1", "other 0 0 0 0"])
        }
    }

    @Test func aKeyThatIsNotHereIsToldAsMissing() async throws {
        try await with { database in
            let uses = try await KeyUse.read(
                of: try MasterKeys(text: ConfiguredDatabase.otherKeys), from: database.pool)
            #expect(uses.map(\.rank) == [.first, .missing])
            #expect(uses.map(\.total) == [0, 16])
            let old = try MasterKeys(text: ConfiguredDatabase.keys).description
            #expect(old.hasSuffix(uses[1].key))
        }
    }
}
