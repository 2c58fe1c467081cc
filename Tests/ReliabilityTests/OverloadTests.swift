import Foundation
import Glibc
import OutboundHTTP
import RelayCore
import TestSupport
import Testing

extension FaultScenarios {
    /// More than a relay can do is turned away, and what it has taken does not suffer for it.
    @Suite struct OverloadTests {
        @Test func whatIsTooMuchToStoreIsTurnedAwayAndTheRestIsStoredInTime() async throws {
            // A hundred events a second less what the statements themselves take, which is known after the calm.
            let slow = OverloadStage.slowStore(millisecondsPerEvent: 10)
            try await OverloadStage.with(prepare: slow) { stage in
                let load = OpenLoad(door: stage.door)
                let calm = try await load.send(0..<280, perSecond: 70)
                #expect(calm.accepted.count == 280, "nothing is turned away that can be stored")

                let warm = try await load.send(1_000..<1_400, perSecond: 200)
                try stage.relay.forgetPeak()
                let before = try stage.relay.residentBytes
                let twice = try await load.send(2_000..<3_000, perSecond: 200)
                var recovery: Duration?
                let flood = try await load.send(4_000..<6_000, perSecond: 500) {
                    let end = ContinuousClock.now
                    try await eventually("an order is taken once the flood is over") {
                        try await load.call("18\(Int.random(in: 1_000_000..<9_000_000))").http?.status == 200
                    }
                    recovery = .now - end
                }
                let growth = try stage.relay.peakResidentBytes - before

                for answer in twice.shed + flood.shed {
                    let http = try #require(answer.http)
                    #expect(http.value(of: "Retry-After") == "2")
                    #expect(http.value(of: "Content-Type") == "application/json")
                    #expect(try JSON(parsing: http.body)["result"] == 1)
                }
                for (load, answers) in [("twice", twice), ("five times", flood)] {
                    #expect(answers.count == answers.accepted.count + answers.shed.count, "\(load): all are answered")
                    #expect(answers.accepted.count >= 250, "\(load): no less is stored than without the overload")
                    #expect(answers.accepted.p99 < .seconds(1), "\(load)")
                    #expect(answers.accepted.p99 < calm.accepted.p99 * 2 + .milliseconds(800), "\(load)")
                    #expect(answers.shed.p99 < .milliseconds(500), "\(load): it costs little to be turned away")
                }
                #expect(growth < 32.mebibytes)
                #expect(try #require(recovery) < .seconds(1))

                let sent = calm + warm + twice + flood
                let rows = try await stage.psql("SELECT order_no FROM yizhan.event", on: stage.database)
                let stored = Set(rows.split(separator: "\n").map(String.init))
                #expect(stored.isSuperset(of: sent.accepted.map(\.order)))
                #expect(stored.isDisjoint(with: sent.shed.map(\.order)))
                print(
                    """
                    overload: p99 \(calm.accepted.p99) at 70/s; \(twice.accepted.p99) with \
                    \(twice.accepted.count) of \(twice.count) accepted at 200/s; \(flood.accepted.p99) with \
                    \(flood.accepted.count) of \(flood.count) at 500/s; shed p99 \(flood.shed.p99); memory \
                    \(growth >> 10) KiB more; recovered in \(recovery.map { "\($0)" } ?? "")
                    """)
            }
        }

        @Test func bodiesThatNeverEndTakeNoMoreMemoryThanThereIsForThemAndKeepNobodyOut() async throws {
            try await OverloadStage.with { stage in
                let load = OpenLoad(door: stage.door)
                #expect(try await load.call("191").http?.status == 200)
                try stage.relay.forgetPeak()
                let before = try stage.relay.residentBytes
                let count = 3_000
                try await HalfBodies.with(count, at: stage.port, target: RunConfiguration.app.target) { halves in
                    // 64 MiB are 1,092 bodies of 64 KiB less the 4 KiB that each call has of its own.
                    try await eventually(within: .seconds(30), "those beyond the memory are turned away") {
                        halves.count(of: 503) >= count - 1_092
                    }
                    #expect(halves.count(of: 503) == count - 1_092)
                    let small = try await load.call("192")
                    #expect(small.http?.status == 200 && small.took < .seconds(1))
                    var large = load
                    large.paddingBytes = 32 * 1_024
                    #expect(try await large.call("193").http?.status == 503)
                }
                let growth = try stage.relay.peakResidentBytes - before
                print("half bodies: memory \(growth >> 20) MiB more")
                #expect(growth < 230.mebibytes)
                var large = load
                large.paddingBytes = 32 * 1_024
                try await eventually("large bodies are taken again") {
                    try await large.call("194").http?.status == 200
                }
            }
        }

        @Test func deliveriesToMerchantsWhoHangTakeNoMoreMemoryThanThereIsForThem() async throws {
            try await CrowdedMerchant.with(crowd: .max) { merchant, port in
                try await OverloadStage.with(endpoints: 120, maxInFlight: 2, merchantPort: port) { stage in
                    try stage.relay.forgetPeak()
                    let before = try stage.relay.residentBytes
                    // Of 10,080 deliveries with 60 KiB each, the lanes would hold 2,160.
                    try await stage.addDue(perEndpoint: 84, bodyBytes: 60 * 1_024)
                    var held = 0
                    try await eventually(within: .seconds(30), "the lanes hold as much as they may") {
                        let last = held
                        try await ContinuousClock().sleep(for: .seconds(1))
                        held = try await stage.metric("yizhan_held_deliveries_bytes")
                        return held == last && held > 100.mebibytes
                    }
                    let growth = try stage.relay.peakResidentBytes - before
                    let leased = try await stage.count("SELECT count(*) FROM yizhan.outbox WHERE lease_until > now()")
                    print("hung merchants: \(leased) held, \(held >> 20) MiB; memory \(growth >> 20) MiB more")
                    #expect(held <= 128.mebibytes && leased < 1_200)
                    #expect(growth < 200.mebibytes)
                    #expect(merchant.seen == 240, "every lane makes all its calls")
                }
            }
        }

        @Test func aThousandAnswersOfAMegabyteTakeNoMoreMemoryThanIsReadOfThem() async throws {
            try await CrowdedMerchant.with(crowd: 1_000) { merchant, port in
                try await OverloadStage.with(maxInFlight: 1_000, merchantPort: port) { stage in
                    try stage.relay.forgetPeak()
                    let before = try stage.relay.residentBytes
                    try await stage.addDue(perEndpoint: 1_000, bodyBytes: 100)
                    // A debug build reads some thirty of them a second.
                    try await eventually(within: .seconds(120), "all answers are judged") {
                        try await stage.count("SELECT count(*) FROM yizhan.outcome") == 1_000
                    }
                    let growth = try stage.relay.peakResidentBytes - before
                    print("answers of a megabyte: memory \(growth >> 20) MiB more")
                    // 64 KiB of each.
                    #expect(growth < 160.mebibytes)
                }
            }
        }

        @Test func aLogThatNobodyReadsStopsNothing() async throws {
            let directory = try await scratchDirectory()
            let pipe = directory.appending(path: "relay.log").path
            #expect(mkfifo(pipe, 0o600) == 0)
            let reader = open(pipe, O_RDONLY | O_NONBLOCK)
            defer { close(reader) }
            try #require(reader >= 0)
            try await OverloadStage.with(
                directory: directory, port: try await OverloadStage.freePort(),
                environment: ["YIZHAN_LOG_LEVEL": "debug"]
            ) { stage in
                let load = OpenLoad(door: stage.door)
                try await eventually(within: .seconds(30), "the relay answers") {
                    try await load.call("191").http?.status == 200
                }
                // A pipe holds 64 KiB, and an order is worth 400 bytes of log.
                let answers = try await load.send(0..<500, perSecond: 150)
                #expect(answers.accepted.count == 500)
                #expect(answers.p99 < .seconds(1))

                var log = ""
                try await eventually("the log goes on, and tells of what was lost") {
                    var bytes = [UInt8](repeating: 0, count: 1 << 16)
                    let count = read(reader, &bytes, bytes.count)
                    if count > 0 { log += String(decoding: bytes[..<count], as: UTF8.self) }
                    _ = try await load.call("192")
                    return log.contains("warning lines of the log were lost: nobody read them lines=")
                }
            }
        }
    }
}
