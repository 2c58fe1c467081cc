import ArgumentParser

struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Give up the deliveries of an order that are still open.",
        discussion: """
            Example:  yizhan cancel 19201704060281699381 --app teahouse-rrx --reason '客户已退款'

            An attempt in flight cannot settle any more, but the merchant may have it already. yizhan requeue takes it back. \
            The exit code is 1 if nothing of the order was open.
            """)

    @Argument(help: .init("The platform's number of the order.", valueName: "order-no"))
    var orderNo: String

    @Option(help: "The app, where several have an order of that number.")
    var app: String?

    @Option(help: "Why; it is kept with the outcome, and in ops_log.")
    var reason: String?

    @OptionGroup var options: OperatorOptions

    func run() async throws {
        try await options.withDatabase { pool in
            let deliveries = try await CancelledDelivery.cancel(
                orderNo: orderNo, app: app, reason: reason, in: pool)
            guard !deliveries.isEmpty else {
                Terminal.complain("nothing of order \(orderNo.printable) is open, so nothing was cancelled")
                throw ExitCode.failure
            }
            options.say(deliveries.map(\.json), CancelledDelivery.lines(deliveries, .ofStandardOutput))
        }
    }
}
