import PostgreSQL
import TestSupport
import Testing

@testable import Outbox

@Suite struct MigratorTests {
    /// Runs `body` with a migrator of an empty database.
    private func withMigrator(_ body: (Migrator, PostgresPool) async throws -> Void) async throws {
        try await TestCluster.shared().withDatabase { url in
            let pool = PostgresPool(configuration: try PostgresConfiguration(url), size: 4, logger: .silent)
            defer { pool.close() }
            try await body(Migrator(pool: pool, logger: .silent), pool)
        }
    }

    private func expectNewer(_ body: () async throws -> Void) async {
        await #expect {
            try await body()
        } throws: { error in
            if case MigrationError.databaseIsNewer(["migrations/9999_later.sql"]) = error { true } else { false }
        }
    }

    @Test func anEmptyDatabaseGetsEverythingInOrder() async throws {
        try await withMigrator { migrator, pool in
            let all = EmbeddedSQL.files.map(\.path)
            guard case .behind(let missing) = try await migrator.state() else {
                Issue.record("an empty database is behind")
                return
            }
            #expect(missing.sorted() == all.sorted())
            let applied = try await migrator.migrate()
            #expect(applied == missing)
            let ranks = applied.map { path in
                ["migrations/", "functions/", "views/", "roles/"].firstIndex { path.hasPrefix($0) } ?? -1
            }
            #expect(ranks == ranks.sorted() && Set(ranks) == [0, 1, 2, 3])
            #expect(try await migrator.state() == .current)
            #expect(try await pool.query("SELECT count(*) FROM yizhan.outbox")[0].int64(0) == 0)
        }
    }

    @Test func theSecondTimeThereIsNothingToDo() async throws {
        try await withMigrator { migrator, pool in
            try await migrator.migrate()
            let before = try await pool.query("SELECT max(applied_at) FROM yizhan.migration")[0].unixMicroseconds(0)
            #expect(try await migrator.migrate().isEmpty)
            let after = try await pool.query("SELECT max(applied_at) FROM yizhan.migration")[0].unixMicroseconds(0)
            #expect(before == after)
        }
    }

    @Test func ofTwoAtOnceOneAppliesAndTheOtherFindsItDone() async throws {
        try await withMigrator { migrator, _ in
            async let first = migrator.migrate()
            async let second = migrator.migrate()
            let counts = try await [first.count, second.count].sorted()
            #expect(counts == [0, EmbeddedSQL.files.count])
        }
    }

    @Test func aFunctionThatDiffersIsWrittenAnewAndRolesAreGrantedAgain() async throws {
        try await withMigrator { migrator, pool in
            try await migrator.migrate()
            try await pool.query("UPDATE yizhan.migration SET sha256 = 'older' WHERE name = 'functions/claim.sql'")
            try await pool.query("DROP FUNCTION yizhan.claim")
            #expect(try await migrator.state() == .behind(["functions/claim.sql", "roles/roles.sql"]))
            #expect(try await migrator.migrate() == ["functions/claim.sql", "roles/roles.sql"])
            #expect(try await migrator.state() == .current)
            let granted = try await pool.query(
                """
                SELECT has_function_privilege('yizhan_relay', p.oid, 'EXECUTE'),
                    has_function_privilege('yizhan_ops', p.oid, 'EXECUTE')
                FROM pg_proc AS p WHERE p.oid = 'yizhan.claim'::regproc
                """)
            #expect(try granted[0].bool(0))
            #expect(try granted[0].bool(1) == false)
        }
    }

    @Test func aDatabaseOfANewerVersionIsLeftAlone() async throws {
        try await withMigrator { migrator, pool in
            try await migrator.migrate()
            try await pool.query("INSERT INTO yizhan.migration (name, sha256) VALUES ('migrations/9999_later.sql', '')")
            try await pool.query("UPDATE yizhan.migration SET sha256 = 'newer' WHERE name = 'functions/claim.sql'")
            #expect(try await migrator.state() == .ahead(["migrations/9999_later.sql"]))
            await expectNewer { try await migrator.migrate() }
            let digest = try await pool.query(
                "SELECT sha256 FROM yizhan.migration WHERE name = 'functions/claim.sql'")
            #expect(try digest[0].text(0) == "newer")
        }
    }

    @Test func aMigrationThatFailsChangesNothing() async throws {
        try await withMigrator { migrator, pool in
            // In the way of the last file but one: everything before it goes well.
            try await pool.withConnection { connection in
                try await connection.run(
                    script: "CREATE SCHEMA yizhan; CREATE VIEW yizhan.dead_letters AS SELECT 1 AS something_else")
            }
            await #expect {
                try await migrator.migrate()
            } throws: { error in
                if case MigrationError.failed("views/dead_letters.sql", _) = error { true } else { false }
            }
            let objects = try await pool.query(
                "SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'yizhan'::regnamespace")
            #expect(try (0..<objects.count).map { try objects[$0].text(0) } == ["dead_letters"])
            try await pool.query("DROP SCHEMA yizhan CASCADE")
            #expect(try await migrator.migrate().count == EmbeddedSQL.files.count)
        }
    }
}
