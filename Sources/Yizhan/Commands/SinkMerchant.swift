import ArgumentParser
import Logging
import RelayCore
import StandardWebhooks
import Synchronization

struct SinkMerchant: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merchant",
        abstract: "Play a merchant: verify what the relay delivers, answer it, and print it.",
        discussion: """
            Example:  yizhan sink merchant --secret-env TEAHOUSE_WHSEC --fail-rate 0.1 --delay 50ms

            With result0 it issues vouchers: the same ones whenever the same event comes again. A call with a wrong \
            signature is answered 401. Without a secret nothing is verified. Ctrl-C ends it with a summary. The address, \
            wrong signatures and the summary go to standard error.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case standard
        case platform
    }

    @Option(
        help: .init("Where the relay calls; port 0 takes a free one. (default: 127.0.0.1:9000)", valueName: "host:port")
    )
    var listen: String?

    @OptionGroup var secret: SecretOptions

    @Option(help: "The endpoint's format: Standard Webhooks, or RenRenXiu's own calls, which need --app-key too.")
    var format = Format.standard

    @Option(help: "The endpoint's app_key, for --format platform.")
    var appKey: String?

    @Option(help: .init("result0, result1, empty, or a status such as 503.", valueName: "answer"))
    var answer = MerchantConduct.Answer.accepted

    @Option(help: .init("The share of attempts that are answered 500, such as 0.1.", valueName: "share"))
    var failRate = 0.0

    @Option(help: .init("The share of attempts that are never answered.", valueName: "share"))
    var hangRate = 0.0

    @Option(
        help: .init("The share of events that are refused with result 1, however often they come.", valueName: "share"))
    var refuseRate = 0.0

    @Option(
        help: .init("How long an answer takes, such as 50ms.", valueName: "duration"),
        transform: { try Duration(text: $0) })
    var delay: Duration?

    @Option(help: .init("A file to add a line of JSON to for each call, before it is answered.", valueName: "file"))
    var log: String?

    @Flag(help: "One line of JSON for each call.")
    var json = false

    @Flag(help: "Print nothing of the calls whose signature is right.")
    var quiet = false

    func validate() throws {
        for (name, rate) in [("--fail-rate", failRate), ("--hang-rate", hangRate), ("--refuse-rate", refuseRate)] {
            guard 0...1 ~= rate else { throw ValidationError("\(name) is a number from 0 to 1") }
        }
        guard failRate + hangRate <= 1 else { throw ValidationError("--fail-rate and --hang-rate exceed 1 together") }
    }

    func run() async throws {
        let address = try ListenAddress(listen ?? "127.0.0.1:9000", setting: "--listen")
        let signature = try signature()
        let callLog = try log.map { try CallLog(path: $0) }
        let tally = Mutex(MerchantTally())
        let (json, quiet) = (json, quiet)
        let merchant = SampleMerchant(
            listen: address, signature: signature,
            conduct: MerchantConduct(
                answer: answer, failRate: failRate, hangRate: hangRate, refuseRate: refuseRate, delay: delay ?? .zero),
            callsKept: 1
        ) { received in
            tally.withLock { $0.add(received) }
            if !received.isFromRelay { Terminal.complain(received.line) }
            if json {
                Terminal.say(String(decoding: received.json.serialized(), as: UTF8.self))
            } else if !quiet, received.isFromRelay {
                Terminal.say(received.line)
            }
            do {
                try callLog?.append(received)
            } catch {
                Terminal.complain("the log cannot be written, so the call is answered 500: \(error)")
                throw error
            }
        } onReady: { port in
            Terminal.complain("a merchant listens on http://\(address.bound(to: port))")
            if case .unchecked = signature { Terminal.complain("without a secret, signatures are not verified") }
        }
        try await runUntilSignalled(
            merchant, logger: Logger(label: "sink", factory: { _ in SwiftLogNoOpLogHandler() }))
        try callLog?.close()
        for line in tally.withLock({ $0.lines }) { Terminal.complain(line) }
    }

    private func signature() throws -> MerchantSignature {
        let secret = try secret.value()
        switch format {
        case .standard:
            guard let secret else { return .unchecked }
            do {
                return .standard(try StandardWebhooksSecret(parsing: secret))
            } catch {
                throw ValidationError("--secret: \(error)")
            }
        case .platform:
            guard let secret else { return .unchecked }
            guard let appKey else { throw ValidationError("--format platform needs --app-key") }
            return .renrenxiu(appKey: appKey, secret: secret)
        }
    }
}

extension MerchantConduct.Answer: ExpressibleByArgument {
    init?(argument: String) {
        switch argument {
        case "result0": self = .accepted
        case "result1": self = .refused
        case "empty": self = .empty
        default:
            guard let status = Int(argument), 200...599 ~= status else { return nil }
            self = .status(status)
        }
    }

    var defaultValueDescription: String {
        switch self {
        case .accepted: "result0"
        case .refused: "result1"
        case .empty: "empty"
        case .status(let status): "\(status)"
        }
    }
}
