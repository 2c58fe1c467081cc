import Foundation
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(2))) struct LimitTests {
    @Test func twoRelaysTogetherKeepTheDailyQuotaAndTheNextDayGoesOnByItself() async throws {
        var file = RelayFile()
        file.wait = "0"
        file.endpoints[0].more = ["daily_quota: 5"]
        try await RelayFixture.with(relays: 2, file) { fixture in
            for number in 1...9 {
                let reply = try await fixture.platform(of: number % 2).issue("order-\(number)")
                #expect(reply.result == 0)
            }
            let backlog = "SELECT due, in_flight, daily_quota, quota_left FROM yizhan.backlog"
            try await eventually(within: .seconds(20), "the quota is used up") {
                try await fixture.sql(backlog) == "4|0|5|0"
            }
            #expect(fixture.merchant.calls.count == 5)
            #expect(try await fixture.sql("SELECT DISTINCT attempt, due_at <= now() FROM yizhan.outbox") == "0|t")

            // A relay that starts anew knows what was used.
            try await fixture.relays[0].crash()
            try await fixture.startRelay()
            #expect(try await fixture.platform(of: 2).issue("order-10").result == 0)
            try await eventually("the claimers have looked") { try await fixture.sql(backlog) == "5|0|5|0" }
            #expect(fixture.merchant.calls.count == 5)

            try await fixture.sql("UPDATE yizhan.endpoint_quota SET day = day - 1")
            try await eventually(within: .seconds(20), "what waited is delivered") {
                try await fixture.sql("SELECT count(*) FROM yizhan.outcome WHERE state = 'delivered'") == "10"
            }
            #expect(fixture.merchant.calls.count == 10)
            #expect(try await fixture.sql("SELECT DISTINCT attempts FROM yizhan.outcome") == "1")
            #expect(try await fixture.sql(backlog) == "0|0|5|0")
        }
    }

    @Test func aRetryCountsAsACall() async throws {
        var file = RelayFile()
        file.wait = "0"
        file.endpoints[0].retry = "[10ms, 10ms, 10ms]"
        file.endpoints[0].more = ["daily_quota: 3"]
        try await RelayFixture.with(file, merchant: { _ in .status(500) }) { fixture in
            #expect(try await fixture.platform.issue("stubborn").result == 0)
            let backlog = "SELECT due + scheduled, in_flight, quota_left FROM yizhan.backlog"
            try await eventually(within: .seconds(20), "the quota is used up") {
                try await fixture.sql(backlog) == "1|0|0"
            }
            #expect(fixture.merchant.calls.count == 3)
            #expect(try await fixture.sql("SELECT attempt FROM yizhan.outbox") == "3")
        }
    }

    @Test func whatIsOldIsRemovedAndWhatIsOpenStays() async throws {
        var file = RelayFile()
        file.sections = "retention: {events: 90d, attempts: 30d}"
        try await RelayFixture.with(relays: 0, file) { fixture in
            try await fixture.sql(
                """
                INSERT INTO yizhan.event (id, app_id, order_no, dedupe_key, type, body, fingerprint, reply_endpoint_id)
                SELECT overlay(yizhan.first_event_id(now() - o.age)::text PLACING lpad(o.n::text, 12, '0') FROM 25)::uuid,
                    1, o.name, '', 'goods.issue', '', '', 1
                FROM (VALUES (1, 'old', interval '91 days'), (2, 'old-and-open', '91 days'), (3, 'young', '89 days'))
                    AS o (n, name, age);
                INSERT INTO yizhan.outbox (event_id, endpoint_id, app_id, seq, due_at)
                SELECT e.id, 1, 1, e.seq, now() + interval '1 day' FROM yizhan.event AS e
                WHERE e.order_no = 'old-and-open';
                INSERT INTO yizhan.attempt (event_id, endpoint_id, token, attempt, result)
                SELECT e.id, 1, 1, 1, 'failed' FROM yizhan.event AS e;
                """)
            try await fixture.startRelay()
            let left = "SELECT string_agg(order_no, ' ' ORDER BY order_no) FROM yizhan.event"
            try await eventually(within: .seconds(20), "the old event is removed") {
                try await fixture.sql(left) == "old-and-open young"
            }
            let attempts = """
                SELECT string_agg(e.order_no, ' ') FROM yizhan.attempt AS t JOIN yizhan.event AS e ON e.id = t.event_id
                """
            #expect(try await fixture.sql(attempts) == "old-and-open")
            #expect(try await fixture.metric("yizhan_removed_rows_total{table=\"event\"}") == 1)
            #expect(try await fixture.metric("yizhan_removed_rows_total{table=\"attempt\"}") == 2)
        }
    }
}
