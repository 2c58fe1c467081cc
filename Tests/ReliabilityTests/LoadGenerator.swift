import Foundation
import OutboundHTTP
import Platforms
import RelayCore
import Synchronization

/// Plays the platforms: signed calls over keep-alive connections to all relays of a fleet.
final class LoadGenerator: Sendable {
    /// Longer than a relay makes a platform wait.
    private static let timeout = Duration.seconds(4)

    private let fleet: RelayFleet
    private let history: HistoryLog
    private let seed: UInt64
    private let orders = Mutex(0)
    private let isOver = Atomic(false)

    init(fleet: RelayFleet, history: HistoryLog, seed: UInt64) {
        self.fleet = fleet
        self.history = history
        self.seed = seed
    }

    /// Of the order that was begun so many before the last one.
    func firstEvent(ordersAgo: Int) -> EventName {
        let number = max(1, orders.withLock { $0 } - ordersAgo)
        return OrderPlan(seed: seed, number: number).steps[0][0].event
    }

    /// Sends new orders, evenly spaced, and returns when the last call has ended.
    func send(orders count: Int, perSecond rate: Int) async {
        await send(perSecond: rate) { $0 < count }
    }

    /// Sends new orders for as long as `body` runs, and returns when the last call has ended.
    func send(perSecond rate: Int, while body: () async throws -> Void) async throws {
        isOver.store(false, ordering: .relaxed)
        async let sending: Void = send(perSecond: rate) { [self] _ in !isOver.load(ordering: .relaxed) }
        defer { isOver.store(true, ordering: .relaxed) }
        try await body()
        isOver.store(true, ordering: .relaxed)
        await sending
    }

    private func send(perSecond rate: Int, while goesOn: (_ sent: Int) -> Bool) async {
        let start = ContinuousClock.now
        await withDiscardingTaskGroup { group in
            var sent = 0
            while goesOn(sent) {
                let due = start + .seconds(1) * sent / rate
                guard (try? await ContinuousClock().sleep(until: due)) != nil else { return }
                group.addTask { await self.sendOrder() }
                sent += 1
            }
        }
    }

    private func sendOrder() async {
        let number = orders.withLock { count in
            count += 1
            return count
        }
        let plan = OrderPlan(seed: seed, number: number)
        for step in plan.steps {
            let unheard = await withTaskGroup { group in
                for call in step { group.addTask { await self.make(call) ? nil : call } }
                return await group.compactMap { $0 }.reduce(into: []) { $0.append($1) }
            }
            if plan.isSentAgain {
                for call in unheard { _ = await make(call) }
            }
        }
    }

    /// Returns whether the platform may forget it.
    private func make(_ call: OrderPlan.Call) async -> Bool {
        let gates = fleet.gates
        let gate = gates[call.gate % gates.count]
        let number = history.recordSent(call.event, content: call.content, relay: gate.relay.name)
        do {
            let exchange = await gate.destination.call(
                HTTPCall(
                    method: .post, target: call.app.target, headers: [("Content-Type", FormBody.contentType)],
                    body: try form(call)),
                connectTimeout: Self.timeout, timeout: Self.timeout)
            let answer = try exchange.result.get()
            let body = try? JSON(parsing: answer.body)
            let result = body?["result"]?.intValue ?? body?["errcode"]?.stringValue.flatMap { Int($0) }
            history.record(.answered(call: number, status: answer.status, result: result))
            return answer.status == 200
        } catch {
            history.record(.answerLost(call: number, reason: "\(error)"))
            return false
        }
    }

    private func form(_ call: OrderPlan.Call) throws -> [UInt8] {
        if call.app == RunConfiguration.alliance {
            // The same whenever it is sent: another content would be another event.
            return try AllianceSignature.signedForm(
                [
                    (name: "orderid", value: call.event.order), (name: "type", value: "4"),
                    (name: "status", value: call.event.part), (name: "smstitle", value: "美团外卖红包"),
                    (name: "dealid", value: "0"), (name: "quantity", value: "1"), (name: "total", value: "36.80"),
                    (name: "paytime", value: "1764000000"), (name: "ordertime", value: "1764000000"),
                    (name: "modtime", value: "176400000\(call.event.part)"),
                ], secret: Secret(call.app.secret))
        }
        return try RenRenXiuSignature.signedForm(
            [
                (name: "app_key", value: call.app.key),
                (name: "time_stamp", value: "\(Int64(Date().timeIntervalSince1970 * 1_000))"),
                (name: "openid", value: "ot1UbuBBzlE6IjEDWfyXQW3dy2S4"), (name: "order_no", value: call.event.order),
                (name: "goods_code", value: call.content),
            ], secret: Secret(call.app.secret))
    }
}
