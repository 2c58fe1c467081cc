import Foundation
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct ShutdownTests {
    @Test func onSIGTERMCallsInFlightFinishAndSettleAndTheRelayExitsWith0() async throws {
        let gate = Gate()
        try await RelayFixture.with { _ in
            try await gate.pass()
            return .issued
        } _: { fixture in
            let (relay, platform) = (fixture.relays[0], try fixture.platform)
            try await withThrowingTaskGroup { group in
                for number in 0..<20 { group.addTask { try await platform.issue("last-\(number)") } }
                try await eventually("all calls are in flight") { fixture.merchant.calls.count == 20 }
                relay.send(signal: SIGTERM)
                try await eventually("the relay stops") { try !relay.logLines(with: "stopping").isEmpty }
                gate.open()
                for try await reply in group { #expect(reply.msg == "已发放") }
            }
            #expect(try await relay.end() == .exit(0))
            #expect(try await fixture.sql("SELECT count(*) FROM yizhan.outcome WHERE state = 'delivered'") == "20")
            #expect(try await fixture.sql("SELECT count(*) FROM yizhan.outbox") == "0")
        }
    }

    @Test func whatAHangingMerchantHoldsIsGivenBackAfterTheGraceAndAnotherRelayGoesOnAtOnce() async throws {
        var file = RelayFile()
        file.wait = "300ms"
        file.endpoints[0].timeout = "60s"
        try await RelayFixture.with(file) { call in
            call.timesSeen == 1 ? try await .never() : .issued
        } _: { fixture in
            let platform = try fixture.platform
            #expect(try await platform.issue("handed-over").result == 0)
            let relay = fixture.relays[0]
            relay.send(signal: SIGTERM)
            #expect(try await relay.end(within: .seconds(25)) == .exit(0))
            #expect(try await fixture.sql("SELECT lease_until IS NULL, attempt FROM yizhan.outbox") == "t|1")
            #expect(try await fixture.sql("SELECT result FROM yizhan.attempt") == "interrupted")
            #expect(try await fixture.trace("handed-over").contains("attempt 1 interrupted"))

            let other = try await fixture.startRelay()
            let ready = ContinuousClock.now
            try await fixture.waitForState("delivered", of: "handed-over")
            #expect(ContinuousClock.now - ready < .seconds(5))
            #expect(try await PlatformCaller(port: other.platformPort).issue("handed-over").msg == "已发放")
        }
    }

    @Test func aSecondSIGTERMEndsTheRelayAtOnce() async throws {
        var file = RelayFile()
        file.wait = "300ms"
        file.endpoints[0].timeout = "60s"
        try await RelayFixture.with(file, merchant: { _ in try await .never() }) { fixture in
            let reply = try await fixture.platform.issue("abandoned")
            #expect(reply.result == 0)
            let relay = fixture.relays[0]
            relay.send(signal: SIGTERM)
            try await eventually("the relay stops") { try !relay.logLines(with: "stopping").isEmpty }
            relay.send(signal: SIGTERM)
            let told = ContinuousClock.now
            #expect(try await relay.end() == .exit(1))
            #expect(ContinuousClock.now - told < .seconds(2))
            #expect(try relay.log.contains("ended at once"))
        }
    }

    @Test func anIdleRelayEndsAtOnceEvenWithOpenConnections() async throws {
        try await RelayFixture.with { fixture in
            let (relay, platform) = (fixture.relays[0], try fixture.platform)
            try await RawConnection.with(port: platform.port) { connection in
                let body = platform.form(platform.parameters("kept-alive"))
                try await connection.send(platform.head(bodyBytes: body.count) + body)
                #expect(try await connection.answer()?.status == 200)
                relay.send(signal: SIGINT)
                let told = ContinuousClock.now
                #expect(try await relay.end() == .exit(0))
                #expect(ContinuousClock.now - told < .seconds(3))
            }
        }
    }

    @Test func whatAKilledRelayHeldIsDeliveredByAnotherOnceTheLeaseRunsOut() async throws {
        var file = RelayFile()
        file.wait = "300ms"
        file.endpoints[0].timeout = "500ms"
        try await RelayFixture.with(relays: 2, file) { call in
            call.timesSeen == 1 ? try await .never() : .issued
        } _: { fixture in
            let platform = try fixture.platform
            async let isLost = platform.issueUnanswered("orphan")
            try await fixture.merchant.waitForCalls(of: "orphan")
            try await fixture.relays[0].crash()
            #expect(await isLost)
            try await fixture.waitForState("delivered", of: "orphan")
            #expect(try await fixture.platform(of: 1).issue("orphan").msg == "已发放")
            #expect(fixture.merchant.calls.count == 2)
        }
    }
}
