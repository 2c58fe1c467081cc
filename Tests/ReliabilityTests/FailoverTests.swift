import Foundation
import TestSupport
import Testing

extension FaultScenarios {
    @Suite struct FailoverTests {
        @Test func aKilledPrimaryCostsNoOrderAndItsRelaysGoOnWithTheStandby() async throws {
            try await withReplicatedCluster { cluster in
                let findings = try await FaultRun.checkFailover(
                    "primary killed", on: cluster, conduct: MerchantConducts.moody
                ) { run in
                    try await cluster.first.crash()
                    run.record(.databaseCrashed)
                    try await run.waitForRefusals(100)
                    try await run.promote(cluster.second)
                    try await expectChangesToBeTaken(run, cluster.second)
                }
                findings.expectAllWell()
            }
        }

        @Test func aPrimaryThatWasFrozenAndWakesUpIsLeftAlone() async throws {
            try await withReplicatedCluster { cluster in
                let findings = try await FaultRun.checkFailover("primary frozen", on: cluster) { run in
                    try cluster.first.pause()
                    run.record(.databaseFrozen)
                    try await run.waitForRefusals(100)
                    try await run.promote(cluster.second)
                    try cluster.first.resume()
                    run.record(.databaseIsBack)
                    try await expectToBeLeftAlone(cluster.first, run)
                    try await cluster.first.crash()
                }
                findings.expectAllWell()
            }
        }

        /// As where the network between two servers is cut, and not that between them and the relays.
        @Test func aPrimaryThatLostItsStandbyToAPromotionIsLeftAlone() async throws {
            try await withReplicatedCluster { cluster in
                let findings = try await FaultRun.checkFailover("standby promoted beside its primary", on: cluster) {
                    run in
                    try await run.promote(cluster.second)
                    try await expectToBeLeftAlone(cluster.first, run)
                    try await cluster.first.crash()
                }
                findings.expectAllWell()
            }
        }

        @Test func aPlannedSwitchoverCostsNothingWhateverTheOrderOfTheHosts() async throws {
            try await withReplicatedCluster { cluster in
                let silent = try SilentServer()
                let findings = try await FaultRun.checkFailover(
                    "switchover", on: cluster, ports: [silent.port, cluster.second.port, cluster.first.port]
                ) { run in
                    try await cluster.first.stop()
                    run.record(.databaseStopped)
                    try await run.promote(cluster.second)
                }
                findings.expectAllWell()
            }
        }

        @Test func withoutTheStandbysWordNoOrderIsAcknowledgedEvenIfItsCommitIsCancelled() async throws {
            try await withReplicatedCluster { cluster in
                let findings = try await FaultRun.checkFailover("standby stopped", on: cluster) { run in
                    try await stopStandby(run, cluster)
                    run.record(.standbyIsBack)
                    try await cluster.second.start()
                    try await run.expectRelaysToGoOn("the standby's return")

                    try await cluster.waitForStandby()
                    try await stopStandby(run, cluster)
                    let committed = try await cluster.first("SELECT count(*) FROM yizhan.event")
                    try await cluster.first.crash()
                    run.record(.databaseCrashed)
                    try await cluster.second.start()
                    let replicated = try await cluster.second("SELECT count(*) FROM yizhan.event")
                    #expect(
                        try #require(Int(replicated)) < #require(Int(committed)),
                        "the primary committed nothing that the standby does not have: the run proves nothing")
                    try await run.promote(cluster.second)
                }
                findings.expectAllWell()
                for outage in findings.history.outagesOfTheStandby {
                    let calls = findings.history.calls.filter { outage.contains($0.sentAt) }
                    #expect(calls.count > 50)
                    #expect(calls.allSatisfy { $0.answeredAt != nil }, "a platform was kept waiting")
                    let acknowledged = calls.filter { call in
                        call.isAcknowledged && call.answeredAt.map { outage.contains($0) } ?? false
                    }
                    #expect(acknowledged.map(\.event.order) == [])
                }
            }
        }

        @Test func withoutASynchronousStandbyAcknowledgedOrdersWouldBeLost() async throws {
            try await withReplicatedCluster { cluster in
                let findings = try await FaultRun.checkFailover("asynchronous standby", on: cluster) { run in
                    try await cluster.first("ALTER SYSTEM RESET synchronous_standby_names; SELECT pg_reload_conf()")
                    try await cluster.second.stop()
                    run.record(.standbyStopped)
                    try await run.waitForDeliveries(60)
                    try await cluster.first.crash()
                    run.record(.databaseCrashed)
                    try await cluster.second.start()
                    try await run.promote(cluster.second)
                }
                findings.expectCaught(by: .oneEvent)
            }
        }

        /// Operators' actions reach the relays at once, by their own way and without it.
        private func expectChangesToBeTaken(_ run: FaultRun, _ primary: ReplicatedServer) async throws {
            try await run.eventually("both relays listen at the new primary") {
                try await primary("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'") == "2"
            }
            let file = try await scratchDirectory().appending(path: "relay.yaml")
            try RunConfiguration(merchantPort: run.merchant.port, maxInFlight: 33).yaml
                .write(to: file, atomically: true, encoding: .utf8)
            let order = try await primary(
                "SELECT e.order_no FROM yizhan.event AS e JOIN yizhan.outcome AS o ON o.event_id = e.id LIMIT 1")
            let attempts = run.history.history.attemptCount(of: order)
            try await primary("SELECT yizhan.requeue('\(order)')")
            try await eventually(within: .seconds(1), "a relay attempts what was requeued") {
                run.history.history.attemptCount(of: order) > attempts
            }
            try await YizhanBinary.run(
                "apply", file.path,
                environment: ["DATABASE_URL": run.database, "YIZHAN_MASTER_KEY": RunConfiguration.masterKey])
            for relay in run.fleet.gates.map(\.relay) {
                try await eventually(within: .seconds(1), "\(relay.name) takes the change") {
                    try relay.log.contains("the configuration has changed")
                }
            }
        }

        /// The relays have no session there, and nothing is written, although it takes connections and says that it takes
        /// writes.
        private func expectToBeLeftAlone(_ former: ReplicatedServer, _ run: FaultRun) async throws {
            try await run.eventually(within: .seconds(10), "no relay is at the former primary") {
                try await former(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE application_name = 'yizhan' AND wait_event IS DISTINCT FROM 'SyncRep'
                    """) == "0"
            }
            let written = try await former("SELECT pg_is_in_recovery(), count(*) FROM yizhan.event")
            #expect(written.hasPrefix("f|"))
            try await run.waitForDeliveries(120)
            #expect(try await former("SELECT pg_is_in_recovery(), count(*) FROM yizhan.event") == written)
        }

        /// Stops the standby, and sees to it that the relays' commits come to an end nevertheless: one after the other is
        /// cancelled, as an operator might, and is then on the primary alone.
        private func stopStandby(_ run: FaultRun, _ cluster: ReplicatedCluster) async throws {
            try await cluster.second.stop()
            run.record(.standbyStopped)
            var cancelled = 0
            try await run.eventually(within: .seconds(20), "commits that wait for the standby are cancelled") {
                cancelled +=
                    try await Int(
                        cluster.first(
                            "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))
                    ?? 0
                return cancelled >= 8
            }
        }
    }
}

extension History {
    fileprivate func attemptCount(of order: String) -> Int {
        attempts.count { $0.delivery.order == order }
    }

    /// From when the standby was gone to when it was there again, or was the primary.
    fileprivate var outagesOfTheStandby: [Range<Duration>] {
        var outages: [Range<Duration>] = []
        var start: Duration?
        for entry in entries {
            switch entry.event {
            case .fault(.standbyStopped): start = entry.at
            case .fault(.standbyIsBack), .fault(.databaseCrashed):
                if let start { outages.append(start..<entry.at) }
                start = nil
            case .sent, .answered, .answerLost, .attemptStarted, .attemptEnded, .fault, .operatorAsks, .operatorHears:
                continue
            }
        }
        return outages
    }
}
