import ArgumentParser

struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop the deliveries to an endpoint: events are still accepted, and wait.",
        discussion: """
            Example:  yizhan pause teahouse-erp --reason '盘点到18点'

            What is in flight ends as it ends. yizhan status shows the reason, yizhan resume ends the pause.
            """)

    @Argument(help: "The endpoint's name.")
    var endpoint: String

    @Option(help: "Why; yizhan status shows it.")
    var reason: String?

    @OptionGroup var options: OperatorOptions

    func run() async throws {
        try await options.withDatabase { pool in
            try await EndpointPause.pause(endpoint, reason: reason, in: pool)
            let after = try await EndpointStatus.read(endpoint, from: pool)
            options.say(after.map(\.json), EndpointStatus.lines(after, .ofStandardOutput))
        }
    }
}
