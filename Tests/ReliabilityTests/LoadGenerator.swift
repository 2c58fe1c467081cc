import Foundation
import OutboundHTTP
import Platforms
import RelayCore
import Synchronization

/// Plays the platform: signed goods issues over keep-alive connections to all relays of a fleet.
final class LoadGenerator: Sendable {
    /// Longer than a relay makes a platform wait.
    private static let timeout = Duration.seconds(4)

    private let app: RunConfiguration.App
    private let fleet: RelayFleet
    private let history: HistoryLog
    private let seed: UInt64
    private let orderCount = Mutex(0)
    private let isOver = Atomic(false)

    init(app: RunConfiguration.App, fleet: RelayFleet, history: HistoryLog, seed: UInt64) {
        self.app = app
        self.fleet = fleet
        self.history = history
        self.seed = seed
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

    /// One order in five goes to two relays at once, one in ten comes again after its answer, and of those whose answer
    /// was lost every other one is sent again.
    private func sendOrder() async {
        let number = orderCount.withLock { count in
            count += 1
            return count
        }
        let order = "19\(10_000 + number)"
        var dice = SeededGenerator(seed: seed, about: order)
        let gates = fleet.gates.shuffled(using: &dice)
        let fate = Int.random(in: 0..<10, using: &dice)
        let isSentAgain = Bool.random(using: &dice)

        let isAcknowledged: Bool
        if fate < 2, let second = gates.dropFirst().first {
            async let one = call(gates[0], for: order)
            async let other = call(second, for: order)
            isAcknowledged = await [one, other].contains(true)
        } else {
            isAcknowledged = await call(gates[0], for: order)
        }
        if isAcknowledged ? fate == 9 : isSentAgain, let last = fleet.gates.shuffled(using: &dice).last {
            _ = await call(last, for: order)
        }
    }

    private func call(_ gate: RelayFleet.Gate, for order: String) async -> Bool {
        let call = history.recordSent(order: order, relay: gate.relay.name)
        do {
            let exchange = await gate.destination.call(
                HTTPCall(
                    method: .post, target: app.target, headers: [("Content-Type", FormBody.contentType)],
                    body: try form(order)),
                connectTimeout: Self.timeout, timeout: Self.timeout)
            let answer = try exchange.result.get()
            let result = (try? JSON(parsing: answer.body))?["result"]?.intValue
            history.record(.answered(call: call, status: answer.status, result: result))
            return answer.status == 200
        } catch {
            history.record(.answerLost(call: call, reason: "\(error)"))
            return false
        }
    }

    private func form(_ order: String) throws -> [UInt8] {
        try RenRenXiuSignature.signedForm(
            [
                (name: "app_key", value: app.key),
                (name: "time_stamp", value: "\(Int64(Date().timeIntervalSince1970 * 1_000))"),
                (name: "openid", value: "ot1UbuBBzlE6IjEDWfyXQW3dy2S4"), (name: "order_no", value: order),
                (name: "goods_code", value: "zp_001"),
            ], secret: Secret(app.secret))
    }
}
