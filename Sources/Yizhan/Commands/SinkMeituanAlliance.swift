import ArgumentParser
import Logging
import RelayCore

struct SinkMeituanAlliance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "meituan-alliance",
        abstract: "Play Meituan Alliance's API: list orders, within a quota.",
        discussion: """
            Example:  yizhan sink meituan-alliance --app-key mt-app-key --secret-env MT_API_SECRET --orders orders.jsonl

            In relay.yaml:  base_url: "http://127.0.0.1:9002" of the app, with 127.0.0.0/8 in allow_private_networks. \
            It lists the orders of a file, such as yizhan send meituan-alliance --orders writes, and those that are \
            posted to /orders: a JSON object with orderid, status and type (4 if there is none), or an array of them. \
            The address goes to standard error.
            """)

    @Option(
        help: .init("Where the relay calls; port 0 takes a free one. (default: 127.0.0.1:9002)", valueName: "host:port")
    )
    var listen: String?

    @Option(help: "The app's key.")
    var appKey: String

    @OptionGroup var secret: SecretOptions

    @Option(help: .init("A JSON object per line, one for each order; read again when it changes.", valueName: "file"))
    var orders: String?

    @Option(help: "How many calls a day are answered; those behind get 429. (default: all)")
    var quota: Int?

    @Option(help: .init("The share of calls that are answered 500, such as 0.1.", valueName: "share"))
    var failRate = 0.0

    @Option(help: .init("The share of calls that are answered with a page in HTML.", valueName: "share"))
    var htmlRate = 0.0

    @Option(
        help: .init("How long an answer takes, such as 50ms.", valueName: "duration"),
        transform: { try Duration(text: $0) })
    var delay: Duration?

    @Flag(help: "One line of JSON for each call.")
    var json = false

    func validate() throws {
        for (name, rate) in [("--fail-rate", failRate), ("--html-rate", htmlRate)] {
            guard 0...1 ~= rate else { throw ValidationError("\(name) is a number from 0 to 1") }
        }
        guard failRate + htmlRate <= 1 else { throw ValidationError("--fail-rate and --html-rate exceed 1 together") }
    }

    func run() async throws {
        let address = try ListenAddress(listen ?? "127.0.0.1:9002", setting: "--listen")
        let api = AllianceOrderAPI(
            appKey: appKey, secret: try secret.required(), book: AllianceOrderBook(file: orders),
            conduct: .init(quota: quota, failRate: failRate, htmlRate: htmlRate))
        let json = json
        let standIn = StandIn(listen: address, delay: delay ?? .zero) { call in
            let now = SystemClock.unixMilliseconds()
            let (answer, report) = api.answer(call, atUnixSeconds: now / 1_000, whim: .random(in: 0..<1))
            Terminal.say(
                json
                    ? String(decoding: report.json.serialized(), as: UTF8.self)
                    : "\(LocalTime(unixMilliseconds: now))  \(report.line.printable)")
            return answer
        } onReady: { port in
            Terminal.complain("Meituan Alliance listens on http://\(address.bound(to: port))")
        }
        try await runUntilSignalled(standIn, logger: Logger(label: "sink", factory: { _ in SwiftLogNoOpLogHandler() }))
    }
}
