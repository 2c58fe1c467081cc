import Foundation
import OutboundHTTP
import Platforms
import RelayCore
import TestSupport

/// Plays a platform with many users: orders come at their rate, whatever becomes of those before.
struct OpenLoad: Sendable {
    struct Answer: Sendable {
        let order: String
        /// Nil where none came.
        let http: HTTPAnswer?
        let took: Duration
    }

    let door: HTTPDestination
    /// Added to each body, which has some hundred bytes without.
    var paddingBytes = 0

    /// Sends the orders evenly spaced, and returns when all have been answered.
    ///
    /// - Parameter sent: is run as soon as the last one is sent.
    nonisolated(nonsending) func send(
        _ orders: Range<Int>, perSecond rate: Int, sent: () async throws -> Void = {}
    ) async throws -> [Answer] {
        let start = ContinuousClock.now
        return try await withThrowingTaskGroup { group in
            for (index, number) in orders.enumerated() {
                try await ContinuousClock().sleep(until: start + .seconds(1) * index / rate)
                group.addTask { try await call("19\(10_000 + number)") }
            }
            try await sent()
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    func call(_ order: String) async throws -> Answer {
        let call = HTTPCall(
            method: .post, target: RunConfiguration.app.target, headers: [("Content-Type", FormBody.contentType)],
            body: try form(order))
        let exchange = await door.call(call, connectTimeout: .seconds(5), timeout: .seconds(10))
        return Answer(order: order, http: try? exchange.result.get(), took: exchange.timings.total)
    }

    func form(_ order: String) throws -> [UInt8] {
        try RenRenXiuSignature.signedForm(
            [
                (name: "app_key", value: RunConfiguration.app.key),
                (name: "time_stamp", value: "\(Int64(Date().timeIntervalSince1970 * 1_000))"),
                (name: "openid", value: "ot1UbuBBzlE6IjEDWfyXQW3dy2S4"), (name: "order_no", value: order),
                (name: "goods_code", value: "zp_001"),
                (name: "nickname", value: String(repeating: "x", count: paddingBytes)),
            ], secret: Secret(RunConfiguration.app.secret))
    }
}

extension [OpenLoad.Answer] {
    var accepted: [OpenLoad.Answer] {
        filter { $0.http?.status == 200 }
    }

    var shed: [OpenLoad.Answer] {
        filter { $0.http?.status == 503 }
    }

    /// The time within which 99 of 100 were answered.
    var p99: Duration {
        let times = map(\.took).sorted()
        return times.isEmpty ? .zero : times[Swift.min(times.count * 99 / 100, times.count - 1)]
    }
}
