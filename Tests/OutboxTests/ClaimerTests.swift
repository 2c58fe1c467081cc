import PostgreSQL
import RelayCore
import TestSupport
import Testing

@testable import Outbox

@Suite struct ClaimerTests {
    private let lanes = RecordingLanes()
    private let wake = Signal()

    private func claimer(_ outbox: TestOutbox) -> Claimer {
        Claimer(pool: outbox.pool, relay: 9, lanes: lanes, wake: wake, logger: .silent)
    }

    @Test func whatIsDueIsClaimedWithoutBeingTold() async throws {
        try await TestOutbox.with { outbox in
            try await outbox.addDue(["A1"])
            try await whileRunning(claimer(outbox)) {
                lanes.setFree(1, of: outbox.erp)
                try await eventually("the delivery is begun") { lanes.memory.begun.count == 1 }
            }
            let begun = try #require(lanes.memory.begun.first)
            #expect(begun.event.orderNo == "A1" && begun.event.body == Array("body of A1".utf8))
            #expect(begun.token == 1 && begun.attempt == 1 && begun.answersPlatform)
            #expect(try await outbox.number("SELECT lease_owner::bigint FROM yizhan.outbox") == 9)
            // Never later here than in the database.
            let remaining = try await outbox.pool.query(
                "SELECT min(lease_until) - clock_timestamp() FROM yizhan.outbox")
            #expect(try remaining[0].interval(0) >= begun.leaseEnds - .now)
        }
    }

    @Test func aWakeUpSparesTheWaitForTheNextLook() async throws {
        try await TestOutbox.with { outbox in
            try await whileRunning(claimer(outbox)) {
                var quickRounds = 0
                for number in 1...20 {
                    try await outbox.addDue(["A\(number)"])
                    let start = ContinuousClock.now
                    lanes.setFree(1, of: outbox.erp)
                    wake.raise()
                    try await eventually("the delivery is begun") { lanes.memory.begun.count >= number }
                    // Looks alone come every half second, each after the one that ended the round before.
                    if ContinuousClock.now - start < .milliseconds(250) { quickRounds += 1 }
                    try await outbox.run("DELETE FROM yizhan.outbox")
                }
                #expect(quickRounds >= 5)
            }
        }
    }

    @Test func aLaneGetsNoMoreThanItsOpening() async throws {
        try await TestOutbox.with { outbox in
            try await outbox.addDue((1...5).map { "A\($0)" })
            lanes.setFree(2, of: outbox.erp)
            lanes.setFree(3, of: outbox.audit)
            try await whileRunning(claimer(outbox)) {
                try await eventually("both openings are closed") { lanes.memory.closed.count >= 2 }
            }
            let closed = lanes.memory.closed
            #expect(closed.filter { $0.opening.slot == outbox.erp }.map(\.used) == [2])
            #expect(closed.filter { $0.opening.slot == outbox.audit }.allSatisfy { $0.used == 0 })
            #expect(lanes.memory.begun.count == 2)
            #expect(try await outbox.number("SELECT count(*) FROM yizhan.outbox WHERE lease_until IS NULL") == 3)
        }
    }

    @Test func leasesAreAsLongAsEachLanesCallsMayTake() async throws {
        try await TestOutbox.with { outbox in
            try await outbox.addDue(["A1"])
            let slow = LaneSlot(endpoint: outbox.audit.endpoint, lease: .seconds(3_600))
            _ = try await EventStore(pool: outbox.pool, relay: 1, patience: .seconds(10)).store([
                outbox.submission("A2", in: [slow])
            ])
            try await outbox.run("UPDATE yizhan.outbox SET lease_until = NULL")
            lanes.setFree(1, of: outbox.erp)
            lanes.setFree(1, of: slow)
            try await whileRunning(claimer(outbox)) {
                try await eventually("both are begun") { lanes.memory.begun.count == 2 }
            }
            #expect(
                try await outbox.text(
                    """
                    SELECT string_agg((lease_until > now() + interval '59 minutes')::text, ' ' ORDER BY endpoint_id)
                    FROM yizhan.outbox
                    """) == "false true")
        }
    }

    /// What is inserted from now on has been due for an hour.
    private func makeLate(_ outbox: TestOutbox) async throws {
        try await outbox.run(
            """
            CREATE FUNCTION public.be_late() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN NEW.due_at := now() - interval '1 hour'; RETURN NEW; END $$
            """)
        try await outbox.run(
            """
            CREATE TRIGGER be_late BEFORE INSERT ON yizhan.outbox
            FOR EACH ROW EXECUTE FUNCTION public.be_late()
            """)
    }

    private func claimer(_ outbox: TestOutbox, floorInterval: Duration) -> Claimer {
        Claimer(
            pool: outbox.pool, relay: 9, lanes: lanes, wake: wake, floorInterval: floorInterval, logger: .silent)
    }

    @Test func aDeliveryThatIsCommittedLongAfterItWasDueIsFoundAllTheSame() async throws {
        try await TestOutbox.with { outbox in
            try await makeLate(outbox)
            lanes.setFree(9, of: outbox.erp)
            try await whileRunning(claimer(outbox, floorInterval: .milliseconds(600))) {
                try await eventually("it knows that nothing is due") { lanes.memory.closed.count >= 2 }
                try await outbox.addDue(["A1"])
                try await eventually("the delivery is begun") { lanes.memory.begun.count == 1 }
            }
        }
    }

    @Test func itIsFoundAtOnceWhereSomebodyTellsOfIt() async throws {
        try await TestOutbox.with { outbox in
            try await makeLate(outbox)
            lanes.setFree(9, of: outbox.erp)
            let claimer = claimer(outbox, floorInterval: .seconds(3_600))
            try await whileRunning(claimer) {
                try await eventually("it knows that nothing is due") { lanes.memory.closed.count >= 2 }
                try await outbox.addDue(["A1"])
                claimer.outboxChanged()
                try await eventually("the delivery is begun") { lanes.memory.begun.count == 1 }
            }
        }
    }

    @Test func whileASweepTakesTooLongDeliveriesAreClaimedByWhatIsKnown() async throws {
        try await TestOutbox.with { outbox in
            lanes.setFree(9, of: outbox.erp)
            try await whileRunning(claimer(outbox, floorInterval: .milliseconds(100))) {
                try await eventually("it knows that nothing is due") { lanes.memory.closed.count >= 2 }
                try await outbox.run("ALTER FUNCTION yizhan.first_due RENAME TO first_due_quick")
                try await outbox.run(
                    """
                    CREATE FUNCTION yizhan.first_due(endpoint_ids integer[], floors timestamptz[])
                    RETURNS TABLE (endpoint_id integer, due_at timestamptz) LANGUAGE plpgsql AS $$
                    BEGIN
                        IF array_position(floors, NULL) IS NOT NULL THEN PERFORM pg_sleep(60); END IF;
                        RETURN QUERY SELECT * FROM yizhan.first_due_quick(endpoint_ids, floors);
                    END $$
                    """)
                for number in 1...3 {
                    try await outbox.addDue(["A\(number)"])
                    try await eventually("the delivery is begun") {
                        lanes.memory.begun.contains { $0.event.orderNo == "A\(number)" }
                    }
                }
            }
        }
    }

    @Test func whenTheDatabaseFailsOpeningsAreClosedUnused() async throws {
        try await TestOutbox.with { outbox in
            try await outbox.run("ALTER FUNCTION yizhan.claim RENAME TO claim_away")
            try await outbox.addDue(["A1"])
            lanes.setFree(4, of: outbox.erp)
            try await whileRunning(claimer(outbox)) {
                try await eventually("the opening is closed") { !lanes.memory.closed.isEmpty }
                #expect(lanes.memory.closed.allSatisfy { $0.used == 0 && $0.opening.count == 4 })
                try await outbox.run("ALTER FUNCTION yizhan.claim_away RENAME TO claim")
                try await eventually("the delivery is begun by itself") { lanes.memory.begun.count == 1 }
            }
        }
    }
}
