import Logging
import Outbox
import PostgreSQL
import RelayCore
import ServiceLifecycle
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct StoredCallbackKeysTests {
    private func notice(_ key: String, at seconds: Int64) -> CallbackKeyNotice {
        CallbackKeyNotice(
            key: Secret(key), announcedAtSeconds: seconds,
            arrival: Arrival(type: "callback_key.rotated", orderNo: "callback_key", body: [], fingerprint: []))
    }

    /// Keys of the app `alliance`, on a database with the sample applied.
    private func with(
        _ body: (StoredCallbackKeys, App, ConfigurationWatch, ConfiguredDatabase) async throws -> Void
    ) async throws {
        try await ConfiguredDatabase.with { database in
            _ = try await database.store.apply(.sample())
            let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
            let watch = ConfigurationWatch(store: database.store, pollInterval: .seconds(3_600), logger: logger)
            try await watch.start()
            try await withThrowingTaskGroup { group in
                group.addTask { try await watch.run() }
                let keys = StoredCallbackKeys(store: database.store, watch: watch, logger: logger)
                try await body(keys, #require(watch.current.apps["alliance"]), watch, database)
                group.cancelAll()
            }
        }
    }

    @Test func theDeclaredKeyIsInForceUntilOneIsAnnounced() async throws {
        try await with { keys, app, watch, database in
            #expect(app.callbackKeys.keys.map { $0.secret } == [Secret("callback")])
            let announced = try await keys.announce(notice("new", at: 10), of: app)
            #expect(announced == .current(announcedAtSeconds: 10))
            // This relay takes calls signed with it at once.
            let ring = try #require(watch.current.apps["alliance"]).callbackKeys
            #expect(ring.keys.map { $0.secret } == [Secret("new"), Secret("callback")])
            let end = try #require(ring.keys[1].validUntilMilliseconds)
            let now = try await database.number("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
            #expect((now + 60_000...now + 90_000).contains(end), "the grace is 90 s by the database's clock")
        }
    }

    @Test func aFileThatIsAppliedAgainLeavesAnAnnouncedKeyAlone() async throws {
        try await with { keys, app, _, database in
            _ = try await keys.announce(notice("new", at: 10), of: app)
            var sample = try Declaration.sample()
            sample.apps["alliance"]?.clockWindow = .seconds(7)
            #expect(try await database.store.apply(sample).report == "~ app alliance: clock_window 5m → 7s")
            let ring = try #require(try await database.store.loadDirectory().apps["alliance"]).callbackKeys
            #expect(ring.keys.first?.secret == Secret("new"))

            sample.apps["alliance"]?.alliance?.callbackKey = Secret("newest")
            #expect(try await database.store.apply(sample).report == "~ app alliance: callback_key changed")
            let next = try #require(try await database.store.loadDirectory().apps["alliance"]).callbackKeys
            #expect(next.keys.map { $0.secret } == ["newest", "new", "callback"].map { Secret($0) })
        }
    }

    @Test func theSameAnnouncementAgainWritesNothing() async throws {
        try await with { keys, app, _, database in
            _ = try await keys.announce(notice("new", at: 10), of: app)
            let version = try await database.store.version()
            let again = try await keys.announce(notice("new", at: 20), of: app)
            #expect(again == .current(announcedAtSeconds: 10))
            let late = try await keys.announce(notice("older", at: 9), of: app)
            #expect(late == .outdated)
            #expect(try await database.store.version() == version)
            #expect(
                try await database.number("SELECT count(*) FROM yizhan.ops_log WHERE action = 'callback_key'") == 1)
        }
    }

    @Test func announcementsAtOnceLeaveTheNewestInForce() async throws {
        try await with { keys, app, watch, _ in
            await withDiscardingTaskGroup { group in
                for seconds in Int64(1)...8 {
                    group.addTask { _ = try? await keys.announce(self.notice("key \(seconds)", at: seconds), of: app) }
                }
            }
            let ring = try #require(watch.current.apps["alliance"]).callbackKeys
            #expect(ring.keys.first?.secret == Secret("key 8"))
        }
    }

    @Test func announcedKeysAreSealedAnewWithANewMasterKey() async throws {
        try await with { keys, app, _, database in
            _ = try await keys.announce(notice("new", at: 10), of: app)
            let rotating = try database.store(keys: "\(ConfiguredDatabase.otherKeys),\(ConfiguredDatabase.keys)")
            _ = try await rotating.apply(Declaration())
            let rotated = try database.store(keys: ConfiguredDatabase.otherKeys)
            let ring = try #require(try await rotated.loadDirectory().apps["alliance"]).callbackKeys
            #expect(ring.keys.map { $0.secret } == [Secret("new"), Secret("callback")])
        }
    }
}
