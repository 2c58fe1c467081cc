import PostgreSQL
import RelayCore
import TestSupport
import Testing

@testable import Outbox

/// A database that stores slowly: what comes in is stored in time, or turned away in time.
@Suite struct OverloadedInboxTests {
    private let lanes = RecordingLanes()

    /// Each event takes so long.
    private func slow(_ outbox: TestOutbox, milliseconds: Int) async throws {
        try await outbox.run(
            """
            CREATE OR REPLACE FUNCTION public.be_slow() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_sleep(\(milliseconds) / 1000.0); RETURN NEW; END $$
            """)
        try await outbox.run(
            """
            CREATE OR REPLACE TRIGGER be_slow BEFORE INSERT ON yizhan.event
            FOR EACH ROW EXECUTE FUNCTION public.be_slow()
            """)
    }

    private func hear(_ count: Int, named name: String, _ inbox: GroupInbox, _ outbox: TestOutbox) async -> [Heard] {
        await withTaskGroup { group in
            for number in 0..<count {
                group.addTask { await inbox.hear(outbox.submission("\(name)\(number)", in: [outbox.erp])) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func ofABurstThatTakesTooLongWhatIsLateIsTurnedAwayAndNotStored() async throws {
        try await TestOutbox.with { outbox in
            let inbox = GroupInbox(pool: outbox.pool, relay: 1, lanes: lanes, logger: .silent)
            try await slow(outbox, milliseconds: 10)
            try await whileRunning(inbox) {
                #expect(await hear(1, named: "A", inbox, outbox) == [.stored(isHeldHere: true)])
                let start = ContinuousClock.now
                // Four seconds' worth.
                let heard = await hear(400, named: "B", inbox, outbox)
                #expect(.now - start < .milliseconds(2_000))
                let stored = heard.count { $0 == .stored(isHeldHere: true) }
                #expect(heard.count { $0 == .refused(.full) } == 400 - stored)
                #expect(stored >= 25)
                let rows = try await outbox.number("SELECT count(*) FROM yizhan.event WHERE order_no LIKE 'B%'")
                #expect(rows == stored)
                #expect(lanes.memory.givenBack.count == 400 - stored)
            }
        }
    }

    @Test func itSaysSoWhileMoreWaitsThanIsStoredInTimeAndNoLonger() async throws {
        try await TestOutbox.with { outbox in
            let inbox = GroupInbox(pool: outbox.pool, relay: 1, lanes: lanes, logger: .silent)
            try await slow(outbox, milliseconds: 10)
            try await whileRunning(inbox) {
                _ = await hear(1, named: "A", inbox, outbox)
                #expect(!inbox.isOverloaded)
                async let burst = hear(200, named: "B", inbox, outbox)
                try await eventually("it is overloaded") { inbox.isOverloaded }
                _ = await burst
                #expect(!inbox.isOverloaded)
                #expect(await hear(1, named: "C", inbox, outbox) == [.stored(isHeldHere: true)])
            }
        }
    }

    @Test func aBurstOnAFastDatabaseIsStoredAsAWhole() async throws {
        try await TestOutbox.with { outbox in
            let inbox = GroupInbox(pool: outbox.pool, relay: 1, lanes: lanes, logger: .silent)
            try await whileRunning(inbox) {
                for number in 0..<20 { _ = await hear(1, named: "A\(number)-", inbox, outbox) }
                async let burst = hear(1_000, named: "B", inbox, outbox)
                let heard = await burst
                #expect(heard.count { $0 == .stored(isHeldHere: true) } == 1_000)
            }
        }
    }
}
