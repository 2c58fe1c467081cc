import ArgumentParser
import Logging
import RelayCore

struct SinkMeituanVoucher: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "meituan-voucher",
        abstract: "Play the gateway that gives links for authorizing Meituan's vouchers.",
        discussion: """
            Example:  yizhan sink meituan-voucher --codes 50001,50001,200

            In relay.yaml:  meituan_voucher: {base_url: "http://127.0.0.1:9003"}, with 127.0.0.0/8 in \
            allow_private_networks. A call without platform or shopId is answered 40001, a shopId that is no number \
            40002, whatever --code says. The address and the calls go to standard error, and never a link.
            """)

    @Option(
        help: .init("Where the relay calls; port 0 takes a free one. (default: 127.0.0.1:9003)", valueName: "host:port")
    )
    var listen: String?

    @Option(help: "The code of every answer: 200, 40001, 40002, 40003, 50001 or another. (default: 200)")
    var code: Int?

    @Option(
        help: .init("A code for each answer in turn, again and again, such as 50001,200.", valueName: "codes"),
        transform: { text in
            try text.split(separator: ",").map { part in
                guard let code = Int(part) else { throw ValidationError("\"\(part)\" is not a number") }
                return code
            }
        })
    var codes: [Int] = []

    @Flag(help: "Answer every call with a page in HTML.")
    var html = false

    @Option(
        help: .init("How long an answer takes, such as 50ms.", valueName: "duration"),
        transform: { try Duration(text: $0) })
    var delay: Duration?

    func validate() throws {
        if code != nil, !codes.isEmpty { throw ValidationError("--code and --codes exclude each other") }
    }

    func run() async throws {
        let address = try ListenAddress(listen ?? "127.0.0.1:9003", setting: "--listen")
        let gateway = VoucherGateway(codes: codes.isEmpty ? [code ?? 200] : codes, isHTML: html)
        let standIn = StandIn(listen: address, delay: delay ?? .zero) { call in
            let (answer, line) = gateway.answer(call)
            Terminal.complain("\(LocalTime(unixMilliseconds: SystemClock.unixMilliseconds()))  \(line)")
            return answer
        } onReady: { port in
            Terminal.complain("a voucher gateway listens on http://\(address.bound(to: port))")
        }
        try await runUntilSignalled(standIn, logger: Logger(label: "sink", factory: { _ in SwiftLogNoOpLogHandler() }))
    }
}
