import ArgumentParser
import RelayCore

struct SendYouzan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "youzan",
        abstract: "Play Youzan: push a shop's messages, and sum up the answers.",
        discussion: """
            Example:  yizhan send youzan --url http://127.0.0.1:8080/in/teahouse-youzan/messages \
            --client-id testid --secret-env YZ_CLIENT_SECRET --type trade_TradePaid,trade_TradeSuccess --count 100

            The secret is the client_secret. Each order gets a message of each type in turn, with the order's number as tid. \
            --field goes into msg. The exit code is 1 unless every call was answered with code 0.
            """)

    @Option(help: "The app's client_id.")
    var clientID: String

    @OptionGroup var secret: SecretOptions

    @Option(
        help: .init("The types of the messages that each order gets. (default: trade_TradePaid)", valueName: "types"),
        transform: { $0.split(separator: ",").map(String.init) })
    var type: [String] = []

    @Option(help: "The shop.")
    var kdtID = "42587152"

    @Flag(help: "Push tests, as Youzan's console does: without a valid signature, and not to be stored.")
    var test = false

    @OptionGroup var options: SendOptions

    func run() async throws {
        let types = type.isEmpty ? ["trade_TradePaid"] : type
        let template = YouzanPushTemplate(
            clientID: clientID, clientSecret: try secret.required(), shop: kdtID, fields: options.fields, isTest: test)
        let plan = options.plan(steps: types.count)
        let repeats = options.repeats
        try await options.run(plan) { destination in
            { orderNo, number in
                let push = template.push(
                    orderNo: orderNo, type: types[plan.step(ofCall: number)], sendCount: number % repeats + 1)
                let exchange = await destination.post(push, contentType: "application/json")
                return SendReport(orderNo: orderNo, exchange, field: .youzan)
            }
        }
    }
}
