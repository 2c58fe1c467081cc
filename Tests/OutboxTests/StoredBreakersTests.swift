import RelayCore
import TestSupport
import Testing

@testable import Outbox

@Suite struct StoredBreakersTests {
    private let shown = "SELECT count(*) FROM yizhan.endpoint_breaker"

    private func breakers(_ outbox: TestOutbox, relay: Int32 = 9) -> StoredBreakers {
        StoredBreakers(pool: outbox.pool, relay: relay, logger: .silent)
    }

    @Test func whatIsOpenIsShownUntilItClosesOrTheRelayStops() async throws {
        try await TestOutbox.with { outbox in
            let breakers = breakers(outbox)
            try await whileRunning(breakers) {
                breakers.opened(outbox.erp.endpoint, reason: "HTTP 500")
                breakers.opened(outbox.audit.endpoint, reason: "HTTP 502")
                try await eventually("both are shown") { try await outbox.number(shown) == 2 }
                breakers.closed(outbox.erp.endpoint)
                try await eventually("one is shown") { try await outbox.number(shown) == 1 }
                #expect(
                    try await outbox.text("SELECT relay || ' ' || reason FROM yizhan.endpoint_breaker") == "9 HTTP 502")
            }
            #expect(try await outbox.number(shown) == 0)
        }
    }

    @Test func whatCouldNotBeShownIsShownOnceItCan() async throws {
        try await TestOutbox.with { outbox in
            let (away, back) = ("show_breakers", "show_breakers_away")
            try await outbox.run("ALTER FUNCTION yizhan.\(away) RENAME TO \(back)")
            let breakers = breakers(outbox)
            try await whileRunning(breakers) {
                breakers.opened(outbox.erp.endpoint, reason: "HTTP 500")
                try await outbox.run("ALTER FUNCTION yizhan.\(back) RENAME TO \(away)")
                try await eventually("it is shown") { try await outbox.number(shown) == 1 }
            }
        }
    }

    @Test func relaysShowTheirOwn() async throws {
        try await TestOutbox.with { outbox in
            let (one, other) = (breakers(outbox, relay: 1), breakers(outbox, relay: 2))
            try await whileRunning(one) {
                one.opened(outbox.erp.endpoint, reason: "HTTP 500")
                try await whileRunning(other) {
                    other.opened(outbox.erp.endpoint, reason: "HTTP 500")
                    try await eventually("both show it") { try await outbox.number(shown) == 2 }
                }
                #expect(try await outbox.number("SELECT sum(relay) FROM yizhan.endpoint_breaker") == 1)
            }
        }
    }
}
