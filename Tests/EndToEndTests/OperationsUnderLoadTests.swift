import RelayCore
import Synchronization
import TestSupport
import Testing

/// What operators do while platforms call without a break.
@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct OperationsUnderLoadTests {
    @Test func requeueAtFullLoadDeliversOnceMoreAndNotTwice() async throws {
        try await RelayFixture.with(relays: 2) { fixture in
            let settled = (1...8).map { "settled-\($0)" }
            for order in settled { #expect(try await fixture.platform.issue(order).result == 0) }
            let loaded = try await Load.run(on: fixture) { load in
                try await load.waitForOrders(50)
                for order in settled { try await fixture.run("requeue", order).requireSuccess() }
                try await load.waitForOrders(load.orders.count + 50)
            }
            try await fixture.waitUntilSettled()
            for order in settled { #expect(fixture.merchant.calls(of: order).count == 2) }
            let counts = Dictionary(grouping: fixture.merchant.calls.compactMap(\.orderNo)) { $0 }.mapValues(\.count)
            for order in loaded { #expect(counts[order] == 1) }
            let count = loaded.count + settled.count
            #expect(
                try await fixture.sql("SELECT state, count(*) FROM yizhan.outcome GROUP BY 1") == "delivered|\(count)")
            try await fixture.run("status", "--fail-on", "difference").requireSuccess()
        }
    }

    @Test func aPauseUnderLoadLosesNothingAndAResumeDeliversAll() async throws {
        var file = RelayFile()
        file.wait = "100ms"
        try await RelayFixture.with(relays: 2, file) { fixture in
            let grace = Duration.seconds(1)
            let loaded = try await Load.run(on: fixture) { load in
                try await load.waitForOrders(50)
                try await fixture.run("pause", "erp").requireSuccess()
                let pausedAt = ContinuousClock.now
                let before = load.orders.count
                try await eventually("calls go on when both relays must have heard") {
                    load.orders.count > before + 50 && ContinuousClock.now - pausedAt > grace * 2
                }
                #expect(fixture.merchant.calls.allSatisfy { $0.arrivedAt - pausedAt < grace })
            }
            let calls = fixture.merchant.calls.count
            #expect(try await fixture.sql("SELECT due + in_flight FROM yizhan.backlog") == "\(loaded.count - calls)")
            #expect(calls < loaded.count)

            try await fixture.run("resume", "erp").requireSuccess()
            try await fixture.waitUntilSettled()
            #expect(fixture.merchant.calls.compactMap(\.orderNo).sorted() == loaded.sorted())
            try await fixture.run("status", "--fail-on", "difference").requireSuccess()
        }
    }

    /// Orders that were accepted, by as many callers as keep the relays busy.
    private final class Load: Sendable {
        private static let callers = 8

        private let accepted = Mutex<[String]>([])
        private let isOver = Gate()

        var orders: [String] { accepted.withLock { $0 } }

        /// Calls all relays as long as `body` runs.
        /// - Returns: every order; each was accepted.
        static func run(on fixture: RelayFixture, _ body: (Load) async throws -> Void) async throws -> [String] {
            let load = Load()
            try await withThrowingTaskGroup { group in
                for caller in 0..<callers {
                    let platform = try fixture.platform(of: caller % fixture.relays.count)
                    group.addTask { try await load.call(platform, as: caller) }
                }
                // A failure must not leave the callers calling.
                defer { load.isOver.open() }
                try await body(load)
                load.isOver.open()
                try await group.waitForAll()
            }
            return load.orders
        }

        func waitForOrders(_ count: Int) async throws {
            try await eventually(within: .seconds(30), "\(count) orders are accepted") { orders.count >= count }
        }

        private func call(_ platform: PlatformCaller, as caller: Int) async throws {
            var number = 0
            while !isOver.isPassable {
                number += 1
                let order = "load-\(caller)-\(number)"
                let reply = try await platform.issue(order)
                try #require(reply.result == 0)
                accepted.withLock { $0.append(order) }
            }
        }
    }
}

extension RelayFixture {
    fileprivate func waitUntilSettled() async throws {
        try await eventually(within: .seconds(30), "nothing is open") {
            try await sql("SELECT count(*) FROM yizhan.outbox") == "0"
        }
    }
}
