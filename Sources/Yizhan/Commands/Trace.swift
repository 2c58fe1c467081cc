import ArgumentParser
import Logging
import PostgreSQL
import RelayCore

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

    @Flag(help: "One JSON object per line.")
    var json = false

    @OptionGroup var database: Settings.DatabaseFlags
    @OptionGroup var log: Settings.LogFlags

    func run() async throws {
        var settings = try Settings(database, log: log)
        // Of the embedded PostgreSQL's coming and going, only what is wrong is of interest here.
        settings.log.level = max(settings.log.level, .warning)
        try await Database.with(settings, logger: settings.log.logger()) { database in
            do {
                show(try await OrderTrace.read(orderNo: orderNo, app: app, from: database.pool))
            } catch PostgresError.server(let error) {
                explain(error)
                throw ExitCode.failure
            }
        }
    }

    private func show(_ trace: OrderTrace) {
        let lines = json ? trace.entries.map { String(decoding: $0.json.serialized(), as: UTF8.self) } : trace.lines
        for line in lines { Terminal.say(line) }
    }

    /// The function itself says in its messages what to do about an order that it does not find.
    private func explain(_ error: PostgresServerError) {
        Terminal.complain(error.message.printable)
        if let hint = error.hint { Terminal.complain(hint.printable) }
        // There is no such schema, or no such function in it.
        if ["3F000", "42883"].contains(error.sqlState) { Terminal.complain("Run yizhan migrate first.") }
    }
}
