import ArgumentParser

struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let the deliveries to a paused endpoint go on.",
        discussion: """
            Example:  yizhan resume teahouse-erp

            A running relay begins within a second, within the endpoint's limits.
            """)

    @Argument(help: "The endpoint's name.")
    var endpoint: String

    @OptionGroup var options: OperatorOptions

    func run() async throws {
        try await options.withDatabase { pool in
            let before = try await EndpointStatus.read(endpoint, from: pool)
            try await EndpointPause.resume(endpoint, in: pool)
            if before.contains(where: { !$0.isPaused }) {
                Terminal.complain("endpoint \(endpoint.printable) was not paused")
            }
            let after = try await EndpointStatus.read(endpoint, from: pool)
            options.say(after.map(\.json), EndpointStatus.lines(after, .ofStandardOutput))
        }
    }
}
