import Logging
import Outbox
import PostgreSQL
import RelayCore
import Synchronization
import TestSupport
import Testing

@Suite struct ConfigurationWatchTests {
    @Test(.timeLimit(.minutes(1))) func aChangeIsTakenWithinASecond() async throws {
        try await ConfiguredDatabase.with { database in
            _ = try await database.store.apply(.sample())
            try await watching(database) { watch, seen, _ in
                #expect(watch.current.apps.count == 3)
                var sample = try Declaration.sample()
                sample.endpoints["erp"]?.timeout = .seconds(9)
                _ = try await database.store.apply(sample)
                try await eventually(within: .milliseconds(1500), "the watch has the new timeout") {
                    watch.current.endpoints.values.contains { $0.timeout == .seconds(9) }
                }
                let version = try await database.store.version()
                try await eventually(within: .milliseconds(500), "the observer was told") {
                    seen.versions == [version]
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func whoIsToldDoesNotWaitForTheClock() async throws {
        try await ConfiguredDatabase.with { database in
            try await watching(database, pollInterval: .seconds(3600)) { watch, _, _ in
                _ = try await database.store.apply(.sample())
                watch.changed()
                try await eventually("the watch has the apps") { watch.current.apps.count == 3 }
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func aLookThatIsAskedForIsOverWhenItReturns() async throws {
        try await ConfiguredDatabase.with { database in
            try await watching(database, pollInterval: .seconds(3600)) { watch, _, _ in
                _ = try await database.store.apply(.sample())
                await withDiscardingTaskGroup { group in
                    for _ in 0..<20 { group.addTask { await watch.refresh() } }
                }
                #expect(watch.current.apps.count == 3)
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func withoutADatabaseTheLastConfigurationStaysAndOneWarningIsGiven() async throws {
        try await ConfiguredDatabase.with { database in
            _ = try await database.store.apply(.sample())
            try await watching(database, pollInterval: .milliseconds(20)) { watch, _, log in
                let psql = try await TestCluster.shared().psql
                let name = try #require(database.url.firstMatch(of: /test_[0-9a-f]+/)).output
                let server = database.url.replacing(name, with: "postgres")
                try await psql(
                    """
                    ALTER DATABASE "\(name)" ALLOW_CONNECTIONS false;
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)';
                    """, on: server)
                try await eventually("several looks have failed") { log.count(.debug) > 2 }
                #expect(log.count(.warning) == 1)
                #expect(watch.current.apps.count == 3)

                try await psql(#"ALTER DATABASE "\#(name)" ALLOW_CONNECTIONS true"#, on: server)
                try await eventually("the database is back") { log.count(.notice) == 1 }
                _ = try await database.store.apply(Declaration(), prune: true)
                try await eventually("the watch goes on") { watch.current.apps.isEmpty }
            }
        }
    }

    @Test func aWatchDoesNotStartWithoutAConfiguration() async throws {
        try await ConfiguredDatabase.with { database in
            _ = try await database.store.apply(.sample())
            let watch = ConfigurationWatch(
                store: try database.store(keys: ConfiguredDatabase.otherKeys), logger: CountingLog().logger)
            await #expect(throws: SealError.self) { try await watch.start() }
            #expect(watch.current.version == 0)
        }
    }

    private func watching(
        _ database: ConfiguredDatabase, pollInterval: Duration = .seconds(1),
        _ body: (ConfigurationWatch, SeenVersions, CountingLog) async throws -> Void
    ) async throws {
        let log = CountingLog()
        let watch = ConfigurationWatch(store: database.store, pollInterval: pollInterval, logger: log.logger)
        let seen = SeenVersions()
        watch.onChange { directory in seen.append(directory.version) }
        try await watch.start()
        try await withThrowingTaskGroup { group in
            group.addTask { try await watch.run() }
            try await body(watch, seen, log)
            group.cancelAll()
        }
    }
}

/// What an observer was told of.
private final class SeenVersions: Sendable {
    private let state = Mutex<[Int64]>([])

    var versions: [Int64] { state.withLock { $0 } }

    func append(_ version: Int64) {
        state.withLock { $0.append(version) }
    }
}

/// Counts what is logged at each level.
private final class CountingLog: Sendable {
    private let counts = Mutex<[Logger.Level: Int]>([:])

    var logger: Logger {
        var logger = Logger(label: "watch") { _ in Handler(log: self) }
        logger.logLevel = .trace
        return logger
    }

    func count(_ level: Logger.Level) -> Int {
        counts.withLock { $0[level] ?? 0 }
    }

    private struct Handler: LogHandler {
        let log: CountingLog
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.counts.withLock { $0[event.level, default: 0] += 1 }
        }
    }
}
