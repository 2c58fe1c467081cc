import ArgumentParser
import OutboundHTTP
import Platforms
import RelayCore

struct SendRenRenXiuGoods: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renrenxiu-goods",
        abstract: "Play RenRenXiu's campaign editor: ask for an app's goods with a signed call, and show them.",
        discussion: """
            Example:  yizhan send renrenxiu-goods --url http://127.0.0.1:8080/in/teahouse-rrx/goods/list \
            --app-key 96c84928b1dce057d110ea3b3880fc83 --secret-env RRX_SECRET --name 茶

            The exit code is 1 unless the answer's result is 0.
            """)

    @Option(help: "The address that platforms call for this app's goods.", transform: { try HTTPURL($0) })
    var url: HTTPURL

    @Option(help: "The app's AppKey.")
    var appKey: String

    @OptionGroup var secret: SecretOptions

    @Option(help: "Part of the goods' names. (default: all goods)")
    var name: String?

    @Option(help: "A sub-account. (default: the main account)")
    var loginID: String?

    @Option(help: "From 1.")
    var page = 1

    @Option(help: "Rows of a page.")
    var limit = 20

    @Option(
        help: .init("How long the answer may take, such as 500ms. (default: 10s)", valueName: "duration"),
        transform: { try Duration(text: $0) })
    var timeout: Duration?

    @Flag(help: "The answer itself, as it came.")
    var json = false

    func validate() throws {
        for (name, number) in [("--page", page), ("--limit", limit)] {
            guard number >= 1 else { throw ValidationError("\(name) is a number from 1") }
        }
    }

    func run() async throws {
        let inquiry = GoodsInquiry(loginID: loginID ?? "", name: name ?? "", page: page, limit: limit)
        let body = try GoodsLibraryCall(appKey: appKey, secret: try secret.required(), inquiry: inquiry)
            .body(atUnixMilliseconds: SystemClock.unixMilliseconds())
        let destination = try PlatformDestination(url: url, connections: 1, timeout: timeout ?? .seconds(10))
        let exchange = await destination.post(body)
        await destination.close()
        let answer: HTTPAnswer
        switch exchange.result {
        case .success(let received): answer = received
        case .failure(let failure):
            Terminal.complain("no answer: \(failure)")
            throw ExitCode.failure
        }
        let read = Result { () throws(GoodsLibraryError) in
            try GoodsLibraryAnswer(answer.body, limit: inquiry.limit)
        }
        if json { Terminal.say(String(decoding: answer.body, as: UTF8.self)) }
        switch read {
        case .success(.page(let page, let flaws)):
            if !json { show(page) }
            for flaw in flaws { Terminal.complain(flaw) }
        case .success(.refused(let message)):
            Terminal.complain("HTTP \(answer.status), result 1: \((message ?? "no msg").printable)")
            throw ExitCode.failure
        case .failure(let error):
            Terminal.complain("HTTP \(answer.status): \(error)")
            throw ExitCode.failure
        }
    }

    private func show(_ page: GoodsPage) {
        let rows = page.rows.map { [$0.code.printable, "\($0.price)", $0.name.printable, $0.image?.printable ?? "-"] }
        for line in TextTable.lines([["goods_code", "price", "goods_name", "goods_image"]] + rows) {
            Terminal.say(line)
        }
        Terminal.say("\(page.rows.count) of \(page.total)")
    }
}
