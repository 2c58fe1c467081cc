import TestSupport

/// Carries out a plan of faults on a run under load.
struct Storm {
    let run: FaultRun
    let cluster: StoppableCluster

    /// Starts the relays, and harms everybody while `perSecond` orders come in. Returns when nothing is harmed any more.
    static func rage(
        over run: FaultRun, _ cluster: StoppableCluster, plan: StormPlan, relays: Int, perSecond rate: Int
    ) async throws {
        for _ in 0..<relays { try await run.fleet.start() }
        let storm = Storm(run: run, cluster: cluster)
        try await run.load.send(perSecond: rate) {
            for step in plan.steps {
                try await ContinuousClock().sleep(for: step.wait)
                try await storm.strike(step.blow)
            }
            // Everybody has come through it.
            try await run.waitForDeliveries(rate, within: .seconds(60))
        }
    }

    private func strike(_ blow: StormPlan.Blow) async throws {
        switch blow {
        case .kill(let number):
            let relay = run.fleet.gates[number].relay
            try await relay.kill()
            run.record(.killed(relay: relay.name))
            try await run.fleet.replace(relay)
        case .sleep(let number, let duration):
            let relay = run.fleet.gates[number].relay
            try relay.pause()
            run.record(.paused(relay: relay.name))
            try await ContinuousClock().sleep(for: duration)
            run.record(.resumed(relay: relay.name))
            try relay.resume()
        case .restart(let number):
            let relay = run.fleet.gates[number].relay
            try relay.tellToStop()
            run.record(.toldToStop(relay: relay.name))
            guard try await relay.waitForEnd() else { throw RelayEnded(name: relay.name, log: try relay.log) }
            try await run.fleet.replace(relay)
        case .endSessions:
            try await run.endSessions()
        case .crashDatabase:
            try await cluster.crash()
            run.record(.databaseCrashed)
            try await cluster.start()
            run.record(.databaseIsBack)
        case .harmDatabaseLink(let number, let harm, let duration):
            let gate = run.fleet.gates[number]
            guard let link = gate.databaseLink else { return }
            try await self.harm(link, of: gate.relay.name, harm, for: duration)
        case .harmMerchantLink(let harm, let duration):
            try await self.harm(run.merchantLink, of: "merchant", harm, for: duration)
        case .requeue(let ordersAgo):
            let event = run.load.firstEvent(ordersAgo: ordersAgo)
            await run.operator.act(.requeue(app: event.app, order: event.order))
        case .cancel(let ordersAgo):
            let event = run.load.firstEvent(ordersAgo: ordersAgo)
            await run.operator.act(.cancel(app: event.app, order: event.order))
        case .pause(let endpoint, let duration):
            await run.operator.act(.pause(endpoint: endpoint))
            try await ContinuousClock().sleep(for: duration)
            await run.operator.act(.resume(endpoint: endpoint))
        }
    }

    private func harm(_ link: FaultyLink, of name: String, _ harm: FaultyLink.Harm, for duration: Duration) async throws
    {
        run.record(.linkHarmed(link: name, harm))
        try await link.harm(harm)
        try await ContinuousClock().sleep(for: duration)
        try await link.heal()
        run.record(.linkHealed(link: name))
    }
}
