import ArgumentParser
import OutboundHTTP
import Platforms
import RelayCore

/// What every platform's calls have in common.
struct SendOptions: ParsableArguments {
    @Option(help: "The address that the platform calls for this app.", transform: { try HTTPURL($0) })
    var url: HTTPURL

    @Option(help: "The order's number; with --count, -1, -2, … are added. (default: new ones)")
    var orderNo: String?

    @Option(help: "How many orders.")
    var count = 1

    @Option(name: .customLong("repeat"), help: "How often each call is made.")
    var repeats = 1

    @Option(
        help: "How many calls start in a time, such as 10/s. (default: as many as are answered)",
        transform: { try Rate(text: $0) })
    var rate: Rate?

    @Option(help: "How many calls are open at once.")
    var concurrency = 8

    @Option(
        help: .init("How long an answer may take, such as 500ms. (default: 10s)", valueName: "duration"),
        transform: { try Duration(text: $0) })
    var timeout: Duration?

    @Option(help: .init("Another parameter, or another value for one. May be repeated.", valueName: "name=value"))
    var field: [NamedValue] = []

    @Flag(help: "One JSON object per line: every answer, and the summary last.")
    var json = false

    func validate() throws {
        for (name, number) in [("--count", count), ("--repeat", repeats), ("--concurrency", concurrency)] {
            guard 1...10_000_000 ~= number else { throw ValidationError("\(name) is a number from 1 to 10000000") }
        }
        guard !field.contains(where: { $0.name == "sign" }) else {
            throw ValidationError("sign is made for each call and cannot be given with --field")
        }
    }

    var fields: [FormBody.Pair] {
        field.map { (name: $0.name, value: $0.value) }
    }

    /// - Parameter steps: how many events each order has.
    func plan(steps: Int = 1) -> SendPlan {
        SendPlan(
            orders: orderNo.map { .named($0) } ?? .generated(at: SystemClock.unixMilliseconds()), count: count,
            repeats: repeats, steps: steps, rate: rate)
    }

    func destination() throws -> PlatformDestination {
        try PlatformDestination(url: url, connections: concurrency, timeout: timeout ?? .seconds(10))
    }

    func run(_ plan: SendPlan, _ call: @escaping (PlatformDestination) -> Sender.Call) async throws {
        let destination = try destination()
        try await SendRun(plan: plan, concurrency: concurrency, json: json, destination: destination)
            .run(call(destination))
    }
}
