/// Cancels orders that have just come, and requeues every other one of them.
enum Interference {
    static func play(_ run: FaultRun) async throws {
        for _ in 0..<2 { try await run.fleet.start() }
        try await run.load.send(perSecond: 60) {
            for number in 0..<40 {
                try await run.waitForDeliveries(5)
                let event = run.load.firstEvent(ordersAgo: number % 20)
                await run.operator.act(.cancel(app: event.app, order: event.order))
                if number % 2 == 0 { await run.operator.act(.requeue(app: event.app, order: event.order)) }
            }
        }
    }
}
