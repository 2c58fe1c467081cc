import ArgumentParser

struct Sink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play the other side: a merchant, or what a platform or a gateway offers to be asked.",
        discussion: """
            Example:  yizhan sink --secret-env TEAHOUSE_WHSEC --fail-rate 0.1 --delay 50ms

            Without a subcommand it plays a merchant.
            """,
        subcommands: [
            SinkMerchant.self,
            SinkMeituanAlliance.self,
        ],
        defaultSubcommand: SinkMerchant.self)
}
