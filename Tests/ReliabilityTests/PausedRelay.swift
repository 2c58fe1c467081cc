import TestSupport
import Testing

/// A relay sleeps in the middle of attempts until its leases are over, and wakes up while another relay makes the next
/// attempts.
enum PausedRelay {
    /// First attempts succeed, so slowly that the relay is asleep before it hears of it. The next ones fail for a while,
    /// so that their deliveries are still open when it wakes up.
    static let slowYesThenNo: MerchantConduct = { visit in
        switch visit.number {
        case 1: .answer(status: 200, result: 0, after: .milliseconds(600))
        case 2...4: .fail
        default: .accept
        }
    }

    /// First attempts fail, as slowly; the second ones take almost as long as they may.
    static let slowNoThenYes: MerchantConduct = { visit in
        switch visit.number {
        case 1: .answer(status: 500, result: nil, after: .milliseconds(600))
        default: .answer(status: 200, result: 0, after: .milliseconds(900))
        }
    }

    static func play(_ run: FaultRun) async throws {
        let sleeper = try await run.fleet.start()
        let number = try await sleeper.number
        try await run.fleet.start()
        try await run.load.send(perSecond: 40) {
            try await run.eventually("the relay has many calls in flight") {
                try await run.count("SELECT count(*) FROM yizhan.outbox WHERE lease_owner = \(number)") >= 15
            }
            try sleeper.pause()
            run.record(.paused(relay: sleeper.name))
            let held = try await run.psql(
                "SELECT event_id FROM yizhan.outbox WHERE lease_owner = \(number)", on: run.database
            ).split(separator: "\n").map(String.init)
            #expect(!held.isEmpty, "nothing was in flight on the paused relay: the run proves nothing")
            try await run.eventually("its deliveries are attempted by the other one") {
                run.merchant.deliveries(seenAtLeast: 2, of: Set(held)) >= held.count * 3 / 4
            }
            run.record(.resumed(relay: sleeper.name))
            try sleeper.resume()
        }
    }
}
