import PostgreSQL
import RelayCore
import TestSupport
import Testing

@testable import Outbox

@Suite struct RejectionLogTests {
    /// How many calls were asked what they are.
    private let asked = Counted()

    private func record(_ count: Int, in log: RejectionLog, app: AppID? = AppID(1)) {
        for number in 1...count {
            log.record {
                asked.add()
                return RefusedCall(
                    app: app, reason: "wrong_signature", detail: "number \(number)", remoteAddress: "192.0.2.7",
                    parameters: ["sign", "app_key"])
            }
        }
    }

    @Test func aRefusedCallIsThereWithAllThatIsKnownOfIt() async throws {
        try await TestOutbox.with { outbox in
            let log = RejectionLog(pool: outbox.pool, logger: .silent)
            try await whileRunning(log) {
                record(1, in: log)
                log.record {
                    RefusedCall(app: nil, reason: "unknown_app", detail: nil, remoteAddress: nil, parameters: [])
                }
                try await eventually("both are there") {
                    try await outbox.number("SELECT count(*) FROM yizhan.rejection") == 2
                }
            }
            let rows = """
                SELECT string_agg(concat_ws('|', app, reason, detail, remote_address, parameters, at > now() - '1 min'::interval),
                    E'\\n' ORDER BY reason DESC) FROM yizhan.rejection
                """
            #expect(
                try await outbox.text(rows)
                    == "rrx|wrong_signature|number 1|192.0.2.7|{sign,app_key}|t\nunknown_app|{}|t")
        }
    }

    @Test func howeverHardSomebodyHammersAFewHundredWaitAndTheOthersAreNotEvenLookedAt() async throws {
        try await TestOutbox.with { outbox in
            let log = RejectionLog(pool: outbox.pool, logger: .silent)
            record(100_000, in: log)
            #expect(asked.count == 256)
            try await whileRunning(log) {
                try await eventually("the first are written") {
                    try await outbox.number("SELECT count(*) FROM yizhan.rejection") > 0
                }
                #expect(try await outbox.number("SELECT count(*) FROM yizhan.rejection") == 50)
                record(100_000, in: log)
                #expect(asked.count == 306)
            }
        }
    }

    @Test func ofAnAppTheLatestFiveHundredStay() async throws {
        try await TestOutbox.with { outbox in
            let log = RejectionLog(pool: outbox.pool, interval: .zero, logger: .silent)
            try await whileRunning(log) {
                for round in 1...6 {
                    record(100, in: log)
                    try await eventually("round \(round) is written") {
                        try await outbox.number("SELECT coalesce(max(id), 0) FROM yizhan.refused_call")
                            == Int64(round * 100)
                    }
                }
            }
            #expect(try await outbox.number("SELECT count(*) FROM yizhan.refused_call") == 500)
            #expect(try await outbox.number("SELECT min(id) FROM yizhan.refused_call") == 101)
        }
    }

    @Test func withoutTheDatabaseCallsAreDroppedAndTheNextAreWrittenWhenItIsBack() async throws {
        try await TestOutbox.withOwnCluster { outbox, cluster in
            let log = RejectionLog(pool: outbox.pool, interval: .milliseconds(20), logger: .silent)
            try await whileRunning(log) {
                try await cluster.stop()
                record(256, in: log)
                try await eventually("some were tried and dropped, so that there is room again") {
                    record(1, in: log)
                    return asked.count > 256
                }
                try await cluster.start()
                try await eventually(within: .seconds(20), "a call is recorded again") {
                    record(1, in: log)
                    return try await outbox.number("SELECT count(*) FROM yizhan.refused_call") > 0
                }
            }
        }
    }
}
