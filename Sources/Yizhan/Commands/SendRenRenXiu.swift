import ArgumentParser
import Logging
import NIOPosix
import OutboundHTTP
import RelayCore

struct SendRenRenXiu: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renrenxiu",
        abstract: "Play RenRenXiu: issue goods with signed calls, and sum up the answers.",
        discussion: """
            Example:  yizhan send renrenxiu --url http://127.0.0.1:8080/in/teahouse-rrx/goods/issue \
            --app-key 96c84928b1dce057d110ea3b3880fc83 --secret-env RRX_SECRET --count 1000 --rate 100/s --repeat 2

            Each call has a fresh time_stamp; each order has a number of its own. The exit code is 1 unless every call was \
            answered with result 0. Ctrl-C ends the sending and still sums up.
            """)

    /// With more calls than this, only what went wrong is told call by call.
    private static let fewCalls = 20

    @Option(help: "The address that platforms call for this app.", transform: { try HTTPURL($0) })
    var url: HTTPURL

    @Option(help: "The app's AppKey.")
    var appKey: String

    @OptionGroup var secret: SecretOptions

    @Option(help: "The order's number; with --count, -1, -2, … are added. (default: new ones)")
    var orderNo: String?

    @Option(help: "Which goods to issue.")
    var goodsCode = "zp_001"

    @Option(help: "How many orders.")
    var count = 1

    @Option(name: .customLong("repeat"), help: "How often each order is sent.")
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

    func run() async throws {
        let issue = GoodsIssueTemplate(
            appKey: appKey, secret: try secret.required(), goodsCode: goodsCode,
            fields: field.map { (name: $0.name, value: $0.value) })
        let plan = SendPlan(
            orders: orderNo.map { .named($0) } ?? .generated(at: SystemClock.unixMilliseconds()), count: count,
            repeats: repeats, rate: rate)
        let destination = try PlatformDestination(url: url, connections: concurrency, timeout: timeout ?? .seconds(10))
        let tellsEach = plan.total <= Self.fewCalls
        let sender = Sender(plan: plan, concurrency: concurrency, showsProgress: !json && !tellsEach) { orderNo in
            let exchange = await destination.post(
                try issue.body(orderNo: orderNo, atUnixMilliseconds: SystemClock.unixMilliseconds()))
            let report = SendReport(orderNo: orderNo, exchange)
            if json {
                Terminal.say(String(decoding: report.json.serialized(), as: UTF8.self))
            } else if tellsEach {
                Terminal.say(report.line)
            }
            return report
        }
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await runUntilSignalled(
                    sender, logger: Logger(label: "send", factory: { _ in SwiftLogNoOpLogHandler() })))
        } catch {
            result = .failure(error)
        }
        await destination.close()
        try result.get()

        let summary = sender.summary
        if json {
            Terminal.say(String(decoding: (["summary": summary.json] as JSON).serialized(), as: UTF8.self))
        } else {
            if tellsEach { Terminal.say() }
            for line in summary.lines { Terminal.say(line) }
        }
        guard summary.isAllAccepted else { throw ExitCode.failure }
    }
}
