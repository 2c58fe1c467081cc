import ArgumentParser

struct Trace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell the whole story of an order: received, every attempt, outcome, repeats, what operators did.",
        discussion: """
            Example:  yizhan trace 19201704060281699381 --app teahouse-rrx

            Times are local, in JSON UTC. The exit code is 1 if there is no such order.
            """)

    @Argument(help: .init("The platform's number of the order.", valueName: "order-no"))
    var orderNo: String

    @Option(help: "The app, where several have an order of that number.")
    var app: String?

    @OptionGroup var options: OperatorOptions

    func run() async throws {
        try await options.withDatabase { pool in
            let trace = try await OrderTrace.read(orderNo: orderNo, app: app, from: pool)
            options.say(trace.entries.map(\.json), trace.lines)
        }
    }
}
