import ArgumentParser
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

    @Option(help: "The app's AppKey.")
    var appKey: String

    @OptionGroup var secret: SecretOptions

    @Option(help: "Which goods to issue.")
    var goodsCode = "zp_001"

    @OptionGroup var options: SendOptions

    func run() async throws {
        let issue = GoodsIssueTemplate(
            appKey: appKey, secret: try secret.required(), goodsCode: goodsCode, fields: options.fields)
        try await options.run(options.plan()) { destination in
            { orderNo, _ in
                let exchange = await destination.post(
                    try issue.body(orderNo: orderNo, atUnixMilliseconds: SystemClock.unixMilliseconds()))
                return SendReport(orderNo: orderNo, exchange, field: .renrenxiu)
            }
        }
    }
}
