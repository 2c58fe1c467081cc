import RelayCore
import Synchronization
import TestSupport
import Testing

@testable import Outbox

/// One endpoint's quota, and the claimers of several relays.
@Suite struct QuotaTests {
    @Test func relaysTogetherNeverTakeMoreThanTheQuota() async throws {
        try await TestOutbox.with { outbox in
            try await outbox.run("UPDATE yizhan.endpoint SET daily_quota = 40 WHERE name = 'erp'")
            try await outbox.addDue((1...100).map { "A\($0)" })
            let claimed = try await withThrowingTaskGroup(of: Int64.self) { group in
                for relay in 1...6 {
                    group.addTask {
                        var sum: Int64 = 0
                        for _ in 1...10 {
                            sum += try await outbox.number(
                                "SELECT count(*) FROM yizhan.claim(\(relay), '15 s', '{1,2}', '{3,3}')")
                        }
                        return sum
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(claimed == 40)
            #expect(try await outbox.number("SELECT used::bigint FROM yizhan.endpoint_quota") == 40)
            #expect(try await outbox.number("SELECT count(*) FROM yizhan.outbox WHERE attempt = 0") == 60)
        }
    }

    @Test func whatIsOverGoesOnByItselfWhenTheDayChanges() async throws {
        try await TestOutbox.with { outbox in
            try await outbox.run("UPDATE yizhan.endpoint SET daily_quota = 2 WHERE name = 'erp'")
            try await outbox.addDue(["A1", "A2", "A3"])
            let lanes = [RecordingLanes(), RecordingLanes()]
            for lane in lanes { lane.setFree(9, of: outbox.erp) }
            var begun: Int { lanes.reduce(0) { $0 + $1.memory.begun.count } }
            func claimer(_ relay: Int) -> Claimer {
                Claimer(
                    pool: outbox.pool, relay: Int32(relay), lanes: lanes[relay], wake: Signal(), logger: .silent)
            }
            try await whileRunning(claimer(0)) {
                try await whileRunning(claimer(1)) {
                    try await eventually("both have looked again") {
                        lanes.allSatisfy { $0.memory.closed.contains { $0.used == 0 } }
                    }
                    #expect(begun == 2)
                    try await outbox.run("UPDATE yizhan.endpoint_quota SET day = day - 1")
                    try await eventually("the third is begun") { begun == 3 }
                }
            }
            #expect(lanes.flatMap(\.memory.begun).allSatisfy { $0.attempt == 1 })
        }
    }
}
