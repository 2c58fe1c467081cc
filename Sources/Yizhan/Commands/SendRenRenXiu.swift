import ArgumentParser
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
        try await SendRun(plan: plan, concurrency: concurrency, json: json, destination: destination).run {
            orderNo, _ in
            let exchange = await destination.post(
                try issue.body(orderNo: orderNo, atUnixMilliseconds: SystemClock.unixMilliseconds()))
            return SendReport(orderNo: orderNo, exchange, field: .renrenxiu)
        }
    }
}
