import Foundation
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct LimitTests {
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

    @Test func aDeadMerchantIsProbedSinglyAndGetsEverythingOnceItIsBack() async throws {
        var file = RelayFile()
        file.wait = "0"
        file.endpoints[0].retry = "[1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s, 1s]"
        file.endpoints[0].more = ["max_in_flight: 4"]
        let isBack = Gate()
        try await RelayFixture.with(file, merchant: { _ in isBack.isPassable ? .issued : .status(500) }) { fixture in
            let platform = try fixture.platform
            for number in 1...40 { #expect(try await platform.issue("order-\(number)").result == 0) }
            let shown = "SELECT endpoint, breaker_open_since IS NOT NULL FROM yizhan.backlog"
            try await eventually(within: .seconds(20), "the breaker is open") {
                try await fixture.sql(shown) == "erp|t"
            }
            #expect(try await fixture.sql("SELECT relay, reason FROM yizhan.endpoint_breaker") == "1|HTTP 500")
            #expect(try await fixture.metric("yizhan_breaker_open{endpoint=\"erp\"}") == 1)
            let before = fixture.merchant.calls.count
            #expect((20...30).contains(before))

            // Two probes, five seconds and then ten apart, are all that comes.
            try await eventually(within: .seconds(40), "there were two probes") {
                fixture.merchant.calls.count >= before + 2
            }
            let probes = fixture.merchant.calls.dropFirst(before).map(\.arrivedAt)
            #expect(probes[probes.startIndex + 1] - probes[probes.startIndex] >= .seconds(7))
            isBack.open()
            try await eventually(within: .seconds(60), "all are delivered") {
                try await fixture.sql("SELECT count(*) FROM yizhan.outcome WHERE state = 'delivered'") == "40"
            }
            #expect(try await fixture.sql(shown) == "erp|f")
            #expect(try await fixture.sql("SELECT count(*) FROM yizhan.endpoint_breaker") == "0")
            #expect(try await fixture.metric("yizhan_breaker_open{endpoint=\"erp\"}") == 0)
            // Each failed call used an attempt, and waiting used none.
            #expect(
                try await fixture.sql("SELECT sum(attempts) FROM yizhan.outcome") == "\(fixture.merchant.calls.count)")
        }
    }

    @Test func aRelayThatStopsTakesItsOpenBreakersAway() async throws {
        var file = RelayFile()
        file.wait = "0"
        try await RelayFixture.with(file, merchant: { _ in .status(502) }) { fixture in
            let platform = try fixture.platform
            for number in 1...30 { #expect(try await platform.issue("order-\(number)").result == 0) }
            let shown = "SELECT count(*) FROM yizhan.endpoint_breaker"
            try await eventually(within: .seconds(20), "the breaker is open") { try await fixture.sql(shown) == "1" }
            fixture.relays[0].send(signal: SIGTERM)
            #expect(try await fixture.relays[0].end() == .exit(0))
            #expect(try await fixture.sql(shown) == "0")
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
