import RelayCore
import TestSupport
import Testing

@testable import Courier

@Suite struct CourierShutdownTests {
    private static let hang: LoopbackMerchant.Conduct = { merchant, _ in
        await merchant.hang()
        return (200, "")
    }

    @Test func theGraceBeginsOnlyWhenTheRelayIsToldToStop() async throws {
        try await LoopbackMerchant.run { merchant in
            let test = try TestCourier(grace: .zero)
            test.configure(.test(url: merchant.url))
            try await test.run { _ in
                for number in 1...50 {
                    try test.begin(.test(number))
                    #expect(try await test.report(of: .test(number)).settled == .delivered)
                }
            }
        }
    }

    @Test func callsInFlightMayEndAndWaitingOnesAreNotStarted() async throws {
        try await LoopbackMerchant.run(Self.hang) { merchant in
            let test = try TestCourier(grace: .seconds(10))
            test.configure(.test(url: merchant.url, maxInFlight: 2))
            try await test.run { stop in
                for number in 1...6 { try test.begin(.test(number)) }
                try await eventually("two calls run") { merchant.running == 2 }
                await stop()
                merchant.open()
                for number in 1...2 { #expect(try await test.report(of: .test(number)).settled == .delivered) }
                for number in 3...6 { #expect(try await test.report(of: .test(number)).isNotStarted) }
            }
            #expect(merchant.calls.count == 2 && test.ledger.reports.count == 6)
            try await eventually("the connections are closed") { merchant.connections == 0 }
        }
    }

    @Test func callsThatOutlastTheGraceAreInterrupted() async throws {
        try await LoopbackMerchant.run(Self.hang) { merchant in
            let test = try TestCourier(grace: .milliseconds(50))
            test.configure(.test(url: merchant.url, maxInFlight: 2))
            let start = ContinuousClock.now
            try await test.run { stop in
                for number in 1...18 { try test.begin(.test(number)) }
                try await eventually("two calls run") { merchant.running == 2 }
                await stop()
            }
            #expect(start.duration(to: .now) < .seconds(5))
            for number in 1...2 { #expect(test.ledger.report(of: .test(number))?.isInterrupted == true) }
            for number in 3...18 { #expect(test.ledger.report(of: .test(number))?.isNotStarted == true) }
        }
    }

    @Test func everyDeliveryOfAFullLaneIsReported() async throws {
        try await LoopbackMerchant.run(Self.hang) { merchant in
            let test = try TestCourier(grace: .zero)
            let endpoint = Endpoint.test(url: merchant.url, maxInFlight: 64)
            test.configure(endpoint)
            try await test.run { stop in
                for number in 1...576 { try test.begin(.test(number)) }
                try await eventually("a call runs") { merchant.running > 0 }
                await stop()
            }
            let keys = Set(test.ledger.reports.map(\.delivery.key))
            #expect(keys.count == 576 && test.ledger.reports.count == 576)
            #expect(test.ledger.reports.allSatisfy { $0.isNotStarted || $0.isInterrupted })
        }
    }

    @Test func nothingIsBegunAfterTheStop() async throws {
        try await LoopbackMerchant.run { merchant in
            let test = try TestCourier(grace: .zero)
            test.configure(.test(url: merchant.url))
            var slots: [LaneSlot] = []
            try await test.run { _ in
                for _ in 1...3 { slots.append(try #require(test.courier.takeSlot(of: EndpointID(1), weight: 1))) }
            }
            for (number, slot) in slots.enumerated() { test.courier.begin(.test(number), in: slot) }
            #expect(test.ledger.reports.count == 3 && test.ledger.reports.allSatisfy(\.isNotStarted))
            #expect(merchant.calls.isEmpty)
        }
    }

    @Test func aCancelledCourierCutsItsCallsShortAndReturns() async throws {
        try await LoopbackMerchant.run(Self.hang) { merchant in
            let test = try TestCourier(grace: .seconds(60))
            test.configure(.test(url: merchant.url, maxInFlight: 1))
            let start = ContinuousClock.now
            try await withThrowingTaskGroup { group in
                group.addTask { await test.courier.run() }
                for number in 1...3 { try test.begin(.test(number)) }
                try await eventually("a call runs") { merchant.running == 1 }
                group.cancelAll()
            }
            #expect(start.duration(to: .now) < .seconds(5))
            #expect(test.ledger.report(of: .test(1))?.isInterrupted == true)
            #expect(test.ledger.reports.count { $0.isNotStarted } == 2)
        }
    }
}
