import PostgreSQL
import RelayCore
import TestSupport
import Testing

@testable import Outbox

/// Nobody waits for a commit that cannot come, nobody hears what is not so, and it all goes on by itself.
@Suite struct GroupInboxFailureTests {
    private let lanes = RecordingLanes()

    private func inbox(_ outbox: TestOutbox) -> GroupInbox {
        GroupInbox(pool: outbox.pool, relay: 1, lanes: lanes, logger: .silent)
    }

    /// Whoever calls while the database does not answer, hears so in time: a second and a half on an idle machine. The
    /// timer that must end later is held up by a busy one as much.
    private func expectRefusal(
        _ inbox: GroupInbox, _ outbox: TestOutbox, _ orderNo: String, as expected: InboxError...
    ) async {
        let before = lanes.memory.givenBack.count
        await withTaskGroup(of: Heard?.self) { group in
            group.addTask { await inbox.hear(outbox.submission(orderNo, in: [outbox.erp])) }
            group.addTask {
                await Task.pause(for: .seconds(4))
                return nil
            }
            let heard = await group.next() ?? nil
            #expect(expected.contains { heard == .refused($0) }, "\(orderNo): \(heard.map { "\($0)" } ?? "too late")")
            group.cancelAll()
        }
        #expect(lanes.memory.givenBack.count == before + 1)
    }

    private func expectRecovery(_ inbox: GroupInbox, _ outbox: TestOutbox) async throws {
        var attempts = 0
        try await eventually(within: .seconds(20), "events are stored again") {
            attempts += 1
            let heard = await inbox.hear(outbox.submission("after-\(attempts)", in: [outbox.erp]))
            return heard == .stored(isHeldHere: true)
        }
        #expect(inbox.isAvailable)
    }

    @Test func aDatabaseThatHangsIsHeardOfAsUnknownAndThenAsAway() async throws {
        try await TestOutbox.withOwnCluster { outbox, cluster in
            let inbox = inbox(outbox)
            try await whileRunning(inbox) {
                #expect(await inbox.hear(outbox.submission("A1", in: [outbox.erp])) == .stored(isHeldHere: true))
                try await cluster.pause()
                await expectRefusal(inbox, outbox, "B1", as: .unknown)
                #expect(!inbox.isAvailable)
                for number in 0..<20 { await expectRefusal(inbox, outbox, "C\(number)", as: .unavailable) }
                try await cluster.resume()
                try await expectRecovery(inbox, outbox)
            }
        }
    }

    @Test func aDatabaseThatCrashesIsHeardOfAndComesBack() async throws {
        try await TestOutbox.withOwnCluster { outbox, cluster in
            let inbox = inbox(outbox)
            try await whileRunning(inbox) {
                #expect(await inbox.hear(outbox.submission("A1", in: [outbox.erp])) == .stored(isHeldHere: true))
                try await cluster.crash()
                await expectRefusal(inbox, outbox, "B1", as: .unavailable, .unknown)
                await expectRefusal(inbox, outbox, "B2", as: .unavailable)
                try await cluster.start()
                try await expectRecovery(inbox, outbox)
            }
            #expect(try await outbox.number("SELECT count(*) FROM yizhan.event WHERE order_no LIKE 'B%'") == 0)
        }
    }

    @Test func aSessionThatEndsDuringTheCommitIsHeardOfAsUnknown() async throws {
        try await TestOutbox.with { outbox in
            let inbox = inbox(outbox)
            try await whileRunning(inbox) {
                try await outbox.endSession(blockedBy: "LOCK TABLE yizhan.event IN SHARE MODE") {
                    await expectRefusal(inbox, outbox, "A1", as: .unknown)
                }
                try await expectRecovery(inbox, outbox)
            }
            #expect(try await outbox.number("SELECT count(*) FROM yizhan.event WHERE order_no = 'A1'") == 0)
        }
    }

    @Test func aLockThatLastsIsHeardOfInTime() async throws {
        try await TestOutbox.with { outbox in
            let inbox = inbox(outbox)
            try await whileRunning(inbox) {
                try await outbox.pool.withConnection { connection in
                    try await connection.run(script: "BEGIN; LOCK TABLE yizhan.event IN SHARE MODE")
                    await expectRefusal(inbox, outbox, "A1", as: .unknown)
                    try await connection.run(script: "ROLLBACK")
                }
                try await expectRecovery(inbox, outbox)
            }
        }
    }

    /// The server reports a commit as done whose wait for the standby was cancelled, and shows it to everybody.
    @Test func withoutTheSynchronousStandbysWordAnEventIsUnknownEvenIfItIsThere() async throws {
        try await TestOutbox.withOwnCluster { outbox, cluster in
            let inbox = inbox(outbox)
            try await whileRunning(inbox) {
                try await outbox.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
                try await outbox.run("SELECT pg_reload_conf()")
                async let refusal: Void = expectRefusal(inbox, outbox, "A1", as: .unknown)
                try await eventually("the commit waits for the standby, and is cancelled") {
                    try await outbox.number(
                        "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") > 0
                }
                await refusal
                #expect(try await outbox.number("SELECT count(*) FROM yizhan.event WHERE order_no = 'A1'") == 1)
                await expectRefusal(inbox, outbox, "A1", as: .unavailable)

                try await outbox.run("ALTER SYSTEM RESET synchronous_standby_names")
                try await outbox.run("SELECT pg_reload_conf()")
                try await expectRecovery(inbox, outbox)
            }
        }
    }

    @Test func aServerThatTakesNoWritesIsHeardOfAsAway() async throws {
        try await TestOutbox.withOwnCluster { outbox, cluster in
            let inbox = inbox(outbox)
            try await whileRunning(inbox) {
                #expect(await inbox.hear(outbox.submission("A1", in: [outbox.erp])) == .stored(isHeldHere: true))
                try await outbox.run("ALTER SYSTEM SET default_transaction_read_only = on")
                try await outbox.run("SELECT pg_reload_conf()")
                try await eventually("it takes no writes") {
                    try await outbox.text("SHOW default_transaction_read_only") == "on"
                }
                await expectRefusal(inbox, outbox, "B1", as: .unavailable)
                await expectRefusal(inbox, outbox, "B2", as: .unavailable)
                #expect(!inbox.isAvailable)
                try await outbox.run("ALTER SYSTEM RESET default_transaction_read_only")
                try await outbox.run("SELECT pg_reload_conf()")
                try await expectRecovery(inbox, outbox)
            }
        }
    }

    @Test func repeatsThatCannotBeLookedUpAreHeardOfAsUnknown() async throws {
        try await TestOutbox.with { outbox in
            let inbox = inbox(outbox)
            try await whileRunning(inbox) {
                #expect(await inbox.hear(outbox.submission("A1", in: [outbox.erp])) == .stored(isHeldHere: true))
                try await outbox.endSession(blockedBy: "LOCK TABLE yizhan.repeat IN SHARE MODE") {
                    await expectRefusal(inbox, outbox, "A1", as: .unknown)
                }
                try await expectRecovery(inbox, outbox)
            }
        }
    }

    @Test func itStopsWhileTheDatabaseIsAway() async throws {
        try await TestOutbox.withOwnCluster { outbox, cluster in
            let inbox = inbox(outbox)
            try await cluster.crash()
            let start = try await whileRunning(inbox) {
                await expectRefusal(inbox, outbox, "A1", as: .unavailable)
                return ContinuousClock.now
            }
            #expect(ContinuousClock.now - start < .seconds(20))
        }
    }

    @Test func itStopsWhenItIsCancelled() async throws {
        try await TestOutbox.with { outbox in
            let inbox = inbox(outbox)
            let run = Task { await inbox.run() }
            #expect(await inbox.hear(outbox.submission("A1", in: [outbox.erp])) == .stored(isHeldHere: true))
            run.cancel()
            await run.value
        }
    }
}
