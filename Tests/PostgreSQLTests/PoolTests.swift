import Logging
import PostgreSQL
import Synchronization
import TestSupport
import Testing

@Suite struct PoolTests {
    private final class Shared<Value: Sendable>: Sendable {
        let value: Mutex<Value>

        init(_ value: Value) { self.value = Mutex(value) }
    }

    private func pool(size: Int, acquireTimeout: Duration = .seconds(10)) async throws -> PostgresPool {
        PostgresPool(configuration: try await .fresh(), size: size, acquireTimeout: acquireTimeout, logger: .silent)
    }

    @Test func connectionsAreOpenedWhenNeededAndKept() async throws {
        let pool = try await pool(size: 3)
        #expect(pool.counts == .init(open: 0, idle: 0, waiting: 0))
        let first = try await pool.withConnection { try await $0.processID() }
        let second = try await pool.withConnection { try await $0.processID() }
        #expect(first == second)
        #expect(pool.counts == .init(open: 1, idle: 1, waiting: 0))
    }

    @Test func noMoreConnectionsThanItsSizeAreOpen() async throws {
        let pool = try await pool(size: 3)
        let inUse = Shared((now: 0, most: 0))
        try await withThrowingTaskGroup { group in
            for _ in 0..<30 {
                group.addTask {
                    try await pool.withConnection { connection in
                        inUse.value.withLock {
                            $0.now += 1
                            $0.most = max($0.most, $0.now)
                        }
                        try await connection.query("SELECT pg_sleep(0.005)")
                        inUse.value.withLock { $0.now -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(inUse.value.withLock { $0.most } == 3)
        #expect(pool.counts == .init(open: 3, idle: 3, waiting: 0))
    }

    @Test func borrowersAreServedInTheOrderTheyCame() async throws {
        let pool = try await pool(size: 1)
        let served = Shared<[Int]>([])
        try await withThrowingTaskGroup { group in
            let release = AsyncStream<Void>.makeStream()
            group.addTask {
                try await pool.withConnection { _ in for await _ in release.stream {} }
            }
            try await eventually("the connection is lent") { pool.counts == .init(open: 1, idle: 0, waiting: 0) }
            for number in 1...5 {
                group.addTask { try await pool.withConnection { _ in served.value.withLock { $0.append(number) } } }
                try await eventually("borrower \(number) waits") { pool.counts.waiting == number }
            }
            release.continuation.finish()
            try await group.waitForAll()
        }
        #expect(served.value.withLock { $0 } == [1, 2, 3, 4, 5])
    }

    @Test func aBorrowerWaitsNoLongerThanItsLimit() async throws {
        let pool = try await pool(size: 1, acquireTimeout: .milliseconds(50))
        try await pool.withConnection { _ in
            let error = try await postgresError { try await pool.query("SELECT 1") }
            guard case .poolTimedOut(.milliseconds(50)) = error else {
                Issue.record("unexpected: \(error)")
                return
            }
            #expect(!error.isOutcomeUnknown)
            #expect(pool.counts.waiting == 0)
        }
        #expect(try await pool.query("SELECT 1").count == 1)
    }

    @Test func aCancelledBorrowerLeavesTheQueue() async throws {
        let pool = try await pool(size: 1)
        try await pool.withConnection { _ in
            let waiter = Task { try await pool.query("SELECT 1") }
            try await eventually("it waits") { pool.counts.waiting == 1 }
            waiter.cancel()
            let error = try await postgresError { _ = try await waiter.value }
            guard case .cancelled = error else {
                Issue.record("unexpected: \(error)")
                return
            }
            #expect(pool.counts.waiting == 0)
        }
        #expect(try await pool.query("SELECT 1").count == 1)
    }

    @Test func aConnectionThatBreaksInUseIsReplaced() async throws {
        let pool = try await pool(size: 1)
        let other = try await PostgresConnection.fresh()
        let error = try await postgresError {
            try await pool.withConnection { connection in
                try await other.terminate(connection.processID())
                try await connection.query("SELECT 1")
            }
        }
        #expect(error.isOutcomeUnknown)
        #expect(pool.counts == .init(open: 0, idle: 0, waiting: 0))
        #expect(try await pool.query("SELECT 1").count == 1)
    }

    @Test func aConnectionThatEndedWhileIdleIsReplacedUnnoticed() async throws {
        let pool = try await pool(size: 2)
        let other = try await PostgresConnection.fresh()
        for _ in 0..<3 {
            try await other.terminate(pool.withConnection { try await $0.processID() })
            #expect(try await pool.query("SELECT 1").count == 1)
        }
        #expect(pool.counts.open == 1)
    }

    @Test func aStatementThatTimesOutCostsItsConnectionOnly() async throws {
        let pool = try await pool(size: 1)
        let error = try await postgresError { try await pool.query("SELECT pg_sleep(60)", timeout: .milliseconds(50)) }
        #expect(error.isOutcomeUnknown)
        #expect(try await pool.query("SELECT 1").count == 1)
    }

    @Test func anAbandonedTransactionIsRolledBack() async throws {
        let pool = try await pool(size: 1)
        try await pool.query("CREATE TABLE t (n int)")
        let processID = try await pool.withConnection { connection in
            try await connection.run(script: "BEGIN; INSERT INTO t VALUES (1)")
            return try await connection.processID()
        }
        #expect(try await pool.withConnection { try await $0.processID() } == processID)
        #expect(try await pool.query("SELECT n FROM t").isEmpty)
        _ = try await postgresError {
            try await pool.withConnection { connection in
                try await connection.run(script: "BEGIN")
                try await connection.query("SELECT 1/0")
            }
        }
        #expect(try await pool.query("SELECT 1").count == 1)
    }

    @Test func aTransactionOfThePoolCommits() async throws {
        let pool = try await pool(size: 1)
        try await pool.query("CREATE TABLE t (n int)")
        let inserted = try await pool.withTransaction { connection in
            try await connection.query("INSERT INTO t VALUES (1), (2)").rowsAffected
        }
        #expect(inserted == 2)
        #expect(try await pool.query("SELECT n FROM t").count == 2)
    }

    @Test func aBorrowersOwnErrorComesThrough() async throws {
        struct Refusal: Error {}
        let pool = try await pool(size: 1)
        await #expect(throws: Refusal.self) { try await pool.withConnection { _ in throw Refusal() } }
        #expect(pool.counts == .init(open: 1, idle: 1, waiting: 0))
    }

    @Test func everyBorrowerLearnsThatThereIsNoServer() async throws {
        let pool = PostgresPool(
            configuration: try PostgresConfiguration("host=/nonexistent"), size: 1, logger: .silent)
        await withTaskGroup { group in
            for _ in 0..<10 {
                group.addTask {
                    await #expect(throws: PostgresError.self) { try await pool.query("SELECT 1") }
                }
            }
        }
        let error = await #expect(throws: PostgresTransactionError.self) { try await pool.withTransaction { _ in } }
        guard case .begin(.cannotConnect) = error else {
            Issue.record("unexpected: \(String(describing: error))")
            return
        }
        #expect(pool.counts == .init(open: 0, idle: 0, waiting: 0))
    }

    @Test func aClosedPoolTurnsEverybodyAway() async throws {
        let pool = try await pool(size: 1)
        try await pool.withConnection { connection in
            let waiter = Task { try await pool.query("SELECT 1") }
            try await eventually("it waits") { pool.counts.waiting == 1 }
            pool.close()
            let error = try await postgresError { _ = try await waiter.value }
            guard case .closed = error else {
                Issue.record("unexpected: \(error)")
                return
            }
            #expect(try await connection.query("SELECT 1").count == 1)
        }
        #expect(pool.counts == .init(open: 0, idle: 0, waiting: 0))
        await #expect(throws: PostgresError.self) { try await pool.query("SELECT 1") }
    }
}
