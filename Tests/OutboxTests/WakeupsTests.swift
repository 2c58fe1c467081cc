import PostgreSQL
import RelayCore
import TestSupport
import Testing

@testable import Outbox

@Suite struct WakeupsTests {
    private let work = Counted()
    private let configuration = Counted()

    private func wakeups(_ outbox: TestOutbox) -> Wakeups {
        Wakeups(
            database: outbox.configuration, logger: .silent, work: { [work] in work.add() },
            configuration: { [configuration] in configuration.add() })
    }

    @Test func operatorsActionsAreHeardOf() async throws {
        try await TestOutbox.with { outbox in
            let delivery = try await outbox.lease("A1")
            _ = try await DeliveryBook(pool: outbox.pool, relay: 1, timeout: .seconds(10)).write([
                .init(delivery, verdict: .settle(.exhausted))
            ])
            try await whileRunning(wakeups(outbox)) {
                try await eventually("it listens") { work.count == 1 && configuration.count == 1 }
                for (number, action) in ["requeue('A1')", "cancel('A1')"].enumerated() {
                    try await outbox.run("SELECT yizhan.\(action)")
                    try await eventually("\(action) is heard of") { work.count == number + 2 }
                }
                try await outbox.run("SELECT yizhan.ask_again('\(delivery.key.event)', 1)")
                #expect(configuration.count == 1)
                for (number, action) in ["pause('erp')", "resume('erp')", "configuration_changed()"].enumerated() {
                    try await outbox.run("SELECT yizhan.\(action)")
                    try await eventually("\(action) is heard of") { configuration.count == number + 2 }
                }
                #expect(work.count == 3)
            }
        }
    }

    @Test func afterALostConnectionItLooksAgain() async throws {
        try await TestOutbox.with { outbox in
            try await whileRunning(wakeups(outbox)) {
                try await eventually("it listens") { work.count == 1 }
                try await outbox.run(
                    """
                    SELECT pg_terminate_backend(a.pid, 5000) FROM pg_stat_activity AS a
                    WHERE a.datname = current_database() AND a.query LIKE 'LISTEN%'
                    """)
                try await eventually("it listens again, and says that something may have been missed") {
                    work.count == 2 && configuration.count == 2
                }
            }
        }
    }

    @Test func whatANewerVersionSaysIsPassedOver() async throws {
        try await TestOutbox.with { outbox in
            try await whileRunning(wakeups(outbox)) {
                try await eventually("it listens") { work.count == 1 }
                try await outbox.run("SELECT pg_notify('yizhan', 'tea time'), pg_notify('yizhan', 'work')")
                try await eventually("the word after it is heard") { work.count == 2 }
                #expect(configuration.count == 1)
            }
        }
    }
}
