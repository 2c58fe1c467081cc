import ArgumentParser
import Logging
import RelayCore
import Synchronization

struct SinkYouzan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "youzan",
        abstract: "Play Youzan Cloud: issue access tokens, take API calls, and print them.",
        discussion: """
            Example:  yizhan sink youzan --secret-env YOUZAN_SECRET --token-life 1m --refuse-rate 0.1

            An endpoint with base_url: http://127.0.0.1:9001 calls here. A call with a token that is unknown, expired or \
            revoked is refused as the gateway does. Without a secret every client gets tokens. Ctrl-C ends it with a \
            summary. The address and the summary go to standard error; tokens and secrets are never printed.
            """)

    @Option(
        help: .init("Where the relay calls; port 0 takes a free one. (default: 127.0.0.1:9001)", valueName: "host:port")
    )
    var listen: String?

    @OptionGroup var secret: SecretOptions

    @Option(help: "The only client that gets tokens. Without it, any does.")
    var clientID: String?

    @Option(help: "The only shop (kdt_id) that tokens are given out for. Without it, any is.")
    var grantID: String?

    @Option(
        help: .init("How long a token is taken. (default: 7d)", valueName: "duration"),
        transform: { try Duration(text: $0) })
    var tokenLife: Duration?

    @Option(help: .init("How many of the first requests for a token fail with HTTP 500.", valueName: "count"))
    var failTokens = 0

    @Option(help: .init("The share of requests for a token that fail with HTTP 500.", valueName: "share"))
    var tokenFailRate = 0.0

    @Flag(help: "Say of every token that it expired an hour ago, as if one of the clocks were wrong.")
    var skew = false

    @Option(help: .init("All tokens are revoked after so many API calls, once.", valueName: "count"))
    var revokeAfter: Int?

    @Option(
        help: .init(
            "The share of API calls that are refused with success false, by their body, however often they come.",
            valueName: "share"))
    var refuseRate = 0.0

    @Option(help: .init("The share of API calls that are answered 500.", valueName: "share"))
    var failRate = 0.0

    @Option(
        help: .init("How long an answer takes, such as 50ms.", valueName: "duration"),
        transform: { try Duration(text: $0) })
    var delay: Duration?

    @Flag(help: "One line of JSON for each call.")
    var json = false

    @Flag(help: "Print nothing of the calls.")
    var quiet = false

    func validate() throws {
        let shares = [
            ("--token-fail-rate", tokenFailRate), ("--refuse-rate", refuseRate), ("--fail-rate", failRate),
        ]
        for (name, share) in shares {
            guard 0...1 ~= share else { throw ValidationError("\(name) is a number from 0 to 1") }
        }
        for (name, count) in [("--fail-tokens", failTokens), ("--revoke-after", revokeAfter ?? 0)] {
            guard count >= 0 else { throw ValidationError("\(name) is a number from 0 up") }
        }
    }

    func run() async throws {
        let address = try ListenAddress(listen ?? "127.0.0.1:9001", setting: "--listen")
        let tally = Mutex(YouzanCloudTally())
        let (json, quiet) = (json, quiet)
        let cloud = YouzanCloud(
            listen: address,
            conduct: YouzanCloudConduct(
                clientID: clientID, clientSecret: try secret.value(), grantID: grantID,
                tokenLife: tokenLife ?? .seconds(7 * 86_400), isSkewed: skew, failingTokens: failTokens,
                tokenFailRate: tokenFailRate, revokeAfter: revokeAfter, refuseRate: refuseRate, failRate: failRate,
                delay: delay ?? .zero)
        ) { call in
            tally.withLock { $0.add(call) }
            if json {
                Terminal.say(String(decoding: call.json.serialized(), as: UTF8.self))
            } else if !quiet {
                Terminal.say(call.line)
            }
        } onReady: { port in
            Terminal.complain("Youzan Cloud listens on http://\(address.bound(to: port))")
        }
        try await runUntilSignalled(
            cloud, logger: Logger(label: "sink", factory: { _ in SwiftLogNoOpLogHandler() }))
        for line in tally.withLock({ $0.lines }) { Terminal.complain(line) }
    }
}
