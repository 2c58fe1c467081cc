import Testing

extension FaultScenarios {
    @Suite struct OverlappingLeaseTests {
        /// Everything else holds: two relays, nothing killed, and a merchant that takes its time for what is claimed.
        @Test(arguments: [false, true])
        func twoRelaysAttemptADeliveryAtOnceOnlyIfTheLeaseIsShorterThanTheCall(isLeaseShort: Bool) async throws {
            try await withRunDatabase { url, psql in
                let findings = try await FaultRun.check(
                    isLeaseShort ? "two relays, short leases" : "two relays", on: url, psql: psql,
                    conduct: { _ in
                        { $0.number == 1 ? .fail : .answer(status: 200, result: 0, after: .milliseconds(700)) }
                    }
                ) { run in
                    if isLeaseShort {
                        try await run.mutate(
                            "claim", replacing: "clock_timestamp() + lease",
                            with: "clock_timestamp() + interval '200 milliseconds'")
                    }
                    try await run.fleet.start()
                    try await run.fleet.start()
                    await run.load.send(orders: 60, perSecond: 60)
                }
                if isLeaseShort {
                    #expect(findings.violations.contains { $0.rule == .oneAttemptAtATime })
                } else {
                    findings.expectAllWell()
                }
            }
        }
    }
}
