import ArgumentParser

struct Sink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play what the relay calls: a merchant, or what a platform or a gateway offers to be asked.",
        discussion: """
            Examples:  yizhan sink --secret-env TEAHOUSE_WHSEC --fail-rate 0.1 --delay 50ms
                       yizhan sink youzan --secret-env YOUZAN_SECRET --token-life 1m

            Without a subcommand it plays a merchant.
            """,
        subcommands: [
            SinkMerchant.self,
            SinkGoodsLibrary.self,
            SinkMeituanVoucher.self,
            SinkYouzan.self,
        ],
        defaultSubcommand: SinkMerchant.self)
}
