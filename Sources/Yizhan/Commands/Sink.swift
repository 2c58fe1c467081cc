import ArgumentParser

struct Sink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play what the relay calls: a merchant, unless another part is named.",
        discussion: """
            Examples:  yizhan sink --secret-env TEAHOUSE_WHSEC --fail-rate 0.1 --delay 50ms
                       yizhan sink youzan --secret-env YOUZAN_SECRET --token-life 1m
            """,
        subcommands: [
            SinkMerchant.self,
            SinkYouzan.self,
        ],
        defaultSubcommand: SinkMerchant.self)
}
