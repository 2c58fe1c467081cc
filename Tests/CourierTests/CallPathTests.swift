import Dispatch
import NIOCore
import NIOPosix
import RelayCore
import TestSupport
import Testing

@testable import Courier

/// The way of a delivery from its turn to the event loop and back.
@Suite(.timeLimit(.minutes(1))) struct CallPathTests {
    @Test func noMoreCallsRunThanAreAllowedWhenManyThreadsBeginThem() async throws {
        try await LoopbackMerchant.run({ merchant, _ in (await merchant.hang(), (200, "")).1 }) { merchant in
            let test = try TestCourier()
            test.configure(.test(url: merchant.url, maxInFlight: 16))
            try await test.run { _ in
                try await withThrowingTaskGroup { group in
                    for thread in 0..<8 {
                        group.addTask { for number in 1...18 { try test.begin(.test(thread * 18 + number)) } }
                    }
                    try await group.waitForAll()
                }
                try await eventually("sixteen calls run") { merchant.running == 16 }
                #expect(test.courier.callsInFlight == ["endpoint-1": 16])
                merchant.open()
                try await eventually("all are delivered") { test.ledger.reports.count == 144 }
                #expect(merchant.peak == 16 && merchant.calls.count == 144 && merchant.connections <= 16)
                #expect(Set(test.ledger.reports.map(\.delivery.key)).count == 144)
                #expect(test.courier.callsInFlight == ["endpoint-1": 0])
            }
        }
    }

    @Test(arguments: [
        EndpointFormat.standard(secret: secret), .robot(.dingtalk, query: Secret("access_token=t")),
    ])
    func whatWaitsForTheEventLoopGoesToTheNewAddress(format: EndpointFormat) async throws {
        try await LoopbackMerchant.run { old in
            try await LoopbackMerchant.run({ _, _ in (200, #"{"errcode":0}"#) }) { new in
                let busy = BusyLoops()
                let test = try TestCourier(group: busy.group)
                test.configure(.test(url: old.url))
                try await test.run { _ in
                    busy.begin()
                    for number in 1...20 { try test.begin(.test(number)) }
                    test.configure(
                        .test(url: new.url.split(separator: "?").map(String.init)[0], format: format, maxInFlight: 8))
                    #expect(test.ledger.reports.isEmpty)
                    busy.end()
                    try await eventually("all are delivered") { test.ledger.reports.count == 20 }
                }
                #expect(test.ledger.reports.allSatisfy { $0.settled == .delivered })
                #expect(old.calls.isEmpty && new.calls.count == 20 && new.peak <= 8)
                try await busy.group.shutdownGracefully()
            }
        }
    }

    @Test func whatWaitsForTheEventLoopWhenTheRelayStopsIsNotStarted() async throws {
        try await LoopbackMerchant.run { merchant in
            let busy = BusyLoops()
            let test = try TestCourier(group: busy.group)
            test.configure(.test(url: merchant.url), .test(2, url: merchant.url, maxInFlight: 64))
            try await test.run { stop in
                busy.begin()
                for number in 1...20 { try test.begin(.test(number)) }
                await stop()
                // The event loop is not needed to see that another one comes too late.
                var number = 20
                try await eventually("the courier stops") {
                    number += 1
                    try test.begin(.test(number, for: 2))
                    return !test.ledger.reports.isEmpty
                }
                busy.end()
            }
            let reports = test.ledger.reports
            #expect(reports.allSatisfy(\.isNotStarted) && merchant.calls.isEmpty)
            #expect(reports.count { $0.delivery.key.endpoint == EndpointID(1) } == 20)
            #expect(Set(reports.map(\.delivery.key)).count == reports.count)
            try await busy.group.shutdownGracefully()
        }
    }

    @Test func callsAtAnAddressThatWasReplacedAreCutShortAsWell() async throws {
        try await LoopbackMerchant.run({ merchant, _ in (await merchant.hang(), (200, "")).1 }) { old in
            try await LoopbackMerchant.run { new in
                let test = try TestCourier(grace: .milliseconds(50))
                test.configure(.test(url: old.url, maxInFlight: 3))
                let start = ContinuousClock.now
                try await test.run { stop in
                    for number in 1...3 { try test.begin(.test(number)) }
                    try await eventually("three calls run") { old.running == 3 }
                    test.configure(.test(url: new.url, maxInFlight: 3))
                    await stop()
                }
                #expect(start.duration(to: .now) < .seconds(5))
                #expect(test.ledger.reports.count == 3 && test.ledger.reports.allSatisfy(\.isInterrupted))
                #expect(new.calls.isEmpty)
            }
        }
    }

    @Test func aStopInTheMiddleOfManyCallsHasEachReportedOnce() async throws {
        try await LoopbackMerchant.run { merchant in
            for _ in 1...20 {
                let test = try TestCourier(grace: .zero)
                test.configure(.test(url: merchant.url, maxInFlight: 32))
                try await test.run { stop in
                    for number in 1...288 { try test.begin(.test(number)) }
                    try await eventually("some are delivered") { !test.ledger.reports.isEmpty }
                    await stop()
                }
                #expect(test.ledger.reports.count == 288)
                #expect(Set(test.ledger.reports.map(\.delivery.key)).count == 288)
            }
        }
    }
}

/// A group of two event loops that can be held up. An endpoint that is configured anew gets the other one.
private struct BusyLoops {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    private let gate = DispatchSemaphore(value: 0)

    func begin() {
        for eventLoop in group.makeIterator() { eventLoop.execute { [gate] in gate.wait() } }
    }

    func end() {
        for _ in group.makeIterator() { gate.signal() }
    }
}
