import Outbox
import PostgreSQL
import RelayCore
import Testing

@Suite struct ConfigurationStoreTests {
    @Test func whatIsAppliedIsWhatIsConfigured() async throws {
        try await ConfiguredDatabase.with { database in
            let sample = try Declaration.sample()
            let changes = try await database.store.apply(sample)
            #expect(changes == sample.changes(from: Declaration(), prune: false))
            #expect(try await database.store.loadDeclaration() == sample)

            let directory = try await database.store.loadDirectory()
            #expect(directory.version == (try await database.store.version()))
            #expect(directory.apps.mapValues(\.settings) == sample.apps)
            let names = directory.endpoints.mapValues(\.name)
            #expect(Set(directory.endpoints.values.map(\.settings)) == Set(sample.endpoints.values))
            #expect(directory.allowedPrivateNetworks == ["127.0.0.0/8", "fd00::/8"])
            #expect(directory.voucherBaseURL == "https://voucher.example/v1")
            let app = try #require(directory.apps["rrx"])
            #expect(directory.routes[app.id]?.map { names[$0.endpoint] } == ["erp", "audit"])
            #expect(directory.routes[app.id]?[0].copies.map { names[$0] } == ["audit"])
            #expect(directory.goods[app.id] == sample.goods["rrx"])
        }
    }

    @Test func theSameAgainChangesNothingAndTellsNobody() async throws {
        try await ConfiguredDatabase.with { database in
            _ = try await database.store.apply(.sample())
            let version = try await database.store.version()
            #expect(try await database.store.apply(.sample(), prune: true) == [])
            #expect(try await database.store.version() == version)
            #expect(try await database.number("SELECT count(*) FROM yizhan.ops_log") == 1)
        }
    }

    @Test func aDryRunSaysWhatWouldChangeAndWritesNothing() async throws {
        try await ConfiguredDatabase.with { database in
            let version = try await database.store.version()
            let changes = try await database.store.apply(.sample(), dryRun: true)
            #expect(changes.count > 8)
            #expect(try await database.store.version() == version)
            #expect(try await database.store.loadDeclaration() == Declaration(allowedPrivateNetworks: []))
            #expect(try await database.number("SELECT count(*) FROM yizhan.ops_log") == 0)
        }
    }

    @Test func theLogCountsAndHoldsNoSecret() async throws {
        try await ConfiguredDatabase.with { database in
            let changes = try await database.store.apply(.sample())
            let row = try await database.pool.query("SELECT action, arguments, row_count FROM yizhan.ops_log")[0]
            #expect(try row.text(0) == "apply")
            #expect(try row.text(1).contains("\"added\": \(changes.count)"))
            #expect(try row.int64(2) == Int64(changes.count))
            let leaks = try await database.number(
                """
                SELECT (SELECT count(*) FROM yizhan.app AS a WHERE strpos(encode(a.sealed_secrets, 'escape'), 'app') > 0)
                     + (SELECT count(*) FROM yizhan.ops_log AS o WHERE strpos(o.arguments::text, 'whsec') > 0)
                     + (SELECT count(*) FROM yizhan.endpoint AS e WHERE strpos(e::text, 'client''s key') > 0)
                     + (SELECT count(*) FROM yizhan.endpoint AS e
                        WHERE strpos(encode(e.sealed_secrets, 'escape'), 'client') > 0)
                """)
            #expect(leaks == 0)
        }
    }

    @Test func whatTheFileDoesNotNameStaysUnlessPruned() async throws {
        try await ConfiguredDatabase.with { database in
            let sample = try Declaration.sample()
            _ = try await database.store.apply(sample)
            let less = Declaration(merchants: ["teahouse"])
            #expect(try await database.store.apply(less) == [])
            #expect(try await database.store.loadDeclaration() == sample)

            _ = try await database.store.apply(less, prune: true)
            #expect(
                try await database.store.loadDeclaration()
                    == Declaration(merchants: ["teahouse"], allowedPrivateNetworks: []))
            #expect(try await database.store.loadDirectory().endpoints.isEmpty)
            let secrets = try await database.number(
                "SELECT coalesce(sum(length(a.sealed_secrets)), 0)::bigint FROM yizhan.app AS a")
            #expect(secrets == 0)
        }
    }

    @Test func aNameThatComesBackKeepsItsNumber() async throws {
        try await ConfiguredDatabase.with { database in
            let sample = try Declaration.sample()
            _ = try await database.store.apply(sample)
            let before = try await database.store.loadDirectory()
            _ = try await database.store.apply(Declaration(), prune: true)
            _ = try await database.store.apply(sample)
            #expect(try await database.store.loadDeclaration() == sample)
            let after = try await database.store.loadDirectory()
            #expect(after.apps.mapValues(\.id) == before.apps.mapValues(\.id))
            #expect(after.endpoints == before.endpoints)
        }
    }

    @Test func whatStillHasOpenDeliveriesIsNotPruned() async throws {
        try await ConfiguredDatabase.with { database in
            _ = try await database.store.apply(.sample())
            try await database.pool.query(
                """
                INSERT INTO yizhan.outbox (event_id, endpoint_id, app_id, seq)
                SELECT gen_random_uuid(), e.id, a.id, n.seq
                FROM yizhan.endpoint AS e, yizhan.app AS a, generate_series(1, 3) AS n (seq)
                WHERE e.name = 'erp' AND a.name = 'rrx'
                """)
            let expected = ConfigurationError.openDeliveries([
                .init(owner: "app rrx", count: 3), .init(owner: "endpoint erp", count: 3),
            ])
            await #expect(throws: expected) { try await database.store.apply(Declaration(), prune: true) }
            await #expect(throws: expected) { try await database.store.apply(Declaration(), prune: true, dryRun: true) }
            #expect(try await database.store.loadDeclaration() == .sample())
        }
    }

    @Test func aPausedEndpointStaysPaused() async throws {
        try await ConfiguredDatabase.with { database in
            var sample = try Declaration.sample()
            _ = try await database.store.apply(sample)
            try await database.pool.query("SELECT * FROM yizhan.pause('erp', 'maintenance')")
            sample.endpoints["erp"]?.timeout = .seconds(4)
            let changes = try await database.store.apply(sample)
            #expect(changes.report == "~ endpoint erp: timeout 2500ms → 4s")
            let directory = try await database.store.loadDirectory()
            #expect(directory.endpoints.values.filter(\.isPaused).map(\.name) == ["erp"])
        }
    }

    @Test func aFileThatWouldLeaveNamesLeadingNowhereIsRefused() async throws {
        try await ConfiguredDatabase.with { database in
            _ = try await database.store.apply(.sample())
            var endpoint = try #require(try Declaration.sample().endpoints["audit"])
            endpoint.merchant = "other"
            await #expect(throws: ConfigurationError.self) {
                try await database.store.apply(Declaration(endpoints: [endpoint]))
            }
            #expect(try await database.store.loadDeclaration() == .sample())
        }
    }

    @Test func twoThatApplyAtOnceGoOneAfterTheOther() async throws {
        try await ConfiguredDatabase.with { database in
            _ = try await database.store.apply(.sample())
            let version = try await database.store.version()
            try await withThrowingTaskGroup { group in
                for seconds in 1...8 {
                    group.addTask {
                        var declaration = try Declaration.sample()
                        declaration.endpoints["erp"]?.timeout = .seconds(10 + seconds)
                        declaration.routes["rrx"]?.reverse()
                        return try await database.store.apply(declaration)
                    }
                }
                var applied = 0
                for try await changes in group {
                    #expect(!changes.isEmpty)
                    applied += 1
                }
                #expect(applied == 8)
            }
            #expect(try await database.store.version() == version + 8)
            #expect(try await database.store.loadDeclaration().routes["rrx"]?.count == 2)
        }
    }

    @Test func withoutTheRightMasterKeyNothingIsReadOrChanged() async throws {
        try await ConfiguredDatabase.with { database in
            _ = try await database.store.apply(.sample())
            let stranger = try database.store(keys: ConfiguredDatabase.otherKeys)
            let error = await #expect(throws: SealError.self) { try await stranger.loadDirectory() }
            #expect(error?.description.contains("YIZHAN_MASTER_KEY") == true)
            await #expect(throws: SealError.self) { try await stranger.apply(.sample()) }
            #expect(try await database.store.loadDeclaration() == .sample())
        }
    }

    @Test func aSealedSecretMovedToAnotherRowIsRefused() async throws {
        try await ConfiguredDatabase.with { database in
            _ = try await database.store.apply(.sample())
            try await database.pool.query(
                """
                UPDATE yizhan.app AS a SET sealed_secrets = o.sealed_secrets
                FROM yizhan.app AS o WHERE a.name = 'plain' AND o.name = 'rrx'
                """)
            let error = await #expect(throws: SealError.self) { try await database.store.loadDirectory() }
            #expect(error?.description.contains("app/plain") == true)

        }
    }

    @Test func rowsThatAPersonMarksAsRemovedComeBackWithTheFile() async throws {
        try await ConfiguredDatabase.with { database in
            _ = try await database.store.apply(.sample())
            for table in ["app", "endpoint"] {
                try await database.pool.query(
                    PostgresStatement("UPDATE yizhan.\(table) AS t SET sealed_secrets = '', removed_at = now()"))
                let directory = try await database.store.loadDirectory()
                #expect(directory.routes.isEmpty)
                _ = try await database.store.apply(.sample())
                #expect(try await database.store.loadDeclaration() == .sample())
            }
        }
    }

    @Test func applyingWithANewMasterKeyInFrontEncryptsEverythingAnew() async throws {
        try await ConfiguredDatabase.with { database in
            _ = try await database.store.apply(.sample())
            let rotating = try database.store(keys: "\(ConfiguredDatabase.otherKeys),\(ConfiguredDatabase.keys)")
            let changes = try await rotating.apply(Declaration())
            #expect(changes.count == 8)
            #expect(changes.allSatisfy { $0.kind == .touched("encrypted with the new master key") })
            #expect(try await rotating.apply(.sample()) == [])
            let rotated = try database.store(keys: ConfiguredDatabase.otherKeys)
            #expect(try await rotated.loadDeclaration() == .sample())
        }
    }
}
