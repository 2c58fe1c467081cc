import TestSupport
import Testing

extension FaultRun {
    /// Two relays on a primary with a synchronous standby, while orders pour in for as long as `body` runs.
    ///
    /// - Parameter ports: of the hosts in `DATABASE_URL`; nil: the first server's and the second's.
    static func checkFailover(
        _ name: String, on cluster: ReplicatedCluster, ports: [UInt16]? = nil,
        conduct: (_ seed: UInt64) -> MerchantConduct = { _ in { _ in .accept } },
        _ body: (FaultRun) async throws -> Void
    ) async throws -> Findings {
        try await check(name, on: cluster.url(ports: ports), psql: cluster.psql, conduct: conduct) { run in
            try await run.fleet.start()
            try await run.fleet.start()
            try await run.load.send(perSecond: 100) {
                try await run.waitForDeliveries(200)
                try await body(run)
                try await run.waitForDeliveries(200)
            }
        }
    }

    /// Returns when so many more calls were answered, and not taken.
    func waitForRefusals(_ count: Int) async throws {
        let seen = refusalCount
        try await TestSupport.eventually(within: .seconds(20), "orders are refused") { refusalCount >= seen + count }
    }

    private var refusalCount: Int { history.history.calls.count { $0.answeredAt != nil && !$0.isAcknowledged } }

    /// Has the standby take over, and both relays go on by themselves within ten seconds.
    func promote(_ standby: ReplicatedServer) async throws {
        try await standby.promote()
        record(.standbyPromoted)
        try await expectRelaysToGoOn("the promotion")
    }

    /// Each relay acknowledges an order within ten seconds, and delivers one of those that it alone was given.
    func expectRelaysToGoOn(_ what: String) async throws {
        let zero = history.history.entries.last?.at ?? .zero
        for relay in fleet.gates.map(\.relay.name) {
            var times: (acknowledged: Duration, delivered: Duration)?
            try await TestSupport.eventually(within: .seconds(10), "\(relay) goes on after \(what)") {
                times = history.history.firstSteps(of: relay, after: zero)
                return times != nil
            }
            if let times {
                #expect(max(times.acknowledged, times.delivered) - zero < .seconds(10))
                print(
                    "\(relay) acknowledged an order \(times.acknowledged - zero) and delivered one "
                        + "\(times.delivered - zero) after \(what)")
            }
        }
    }
}

extension History {
    /// When a relay acknowledged an order for the first time after a moment, and when it delivered one for the first
    /// time of those that no other relay knows of. Nil until both are so.
    fileprivate func firstSteps(of relay: String, after zero: Duration) -> (
        acknowledged: Duration, delivered: Duration
    )? {
        let calls = calls
        let others = Set(calls.filter { $0.relay != relay }.map(\.event.order))
        let acknowledged = calls.filter { call in
            call.relay == relay && call.isAcknowledged && call.answeredAt.map { $0 > zero } ?? false
        }
        let own = Set(acknowledged.map(\.event.order)).subtracting(others)
        let delivered = attempts.filter { own.contains($0.delivery.order) }
            .flatMap { $0.ends.filter(\.how.isDelivered).map(\.at) }
        guard let first = acknowledged.compactMap(\.answeredAt).min(),
            let second = delivered.filter({ $0 > zero }).min()
        else { return nil }
        return (first, second)
    }
}
